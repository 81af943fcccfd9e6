#!/usr/bin/env python3
"""Computes the constants of compiler/mathfn and writes compiler/mathfn/coef.go.

Usage: python3 build/mathfn/coefficients.py   (needs: pip install mpmath)

Polynomials and their quotients are minimax: the exchange algorithm of Remez in 90 digits on the
relative error of the function that they serve, then each coefficient is
rounded to a double. The error that is left is written beside each.
"""
import os
import subprocess
from mpmath import mp, mpf, matrix, lu_solve, cos, sin, tan, atan, asin, atanh, exp, sqrt, log, pi, floor, ceil

mp.dps = 90
out = []


def double(x):
    """Nearest double of x, exactly, as a Python float."""
    return float(mpf(x))


def hexf(x):
    s = float(x).hex()
    mantissa, exponent = s.split('p')
    if '.' in mantissa:
        mantissa = mantissa.rstrip('0').rstrip('.')
    return mantissa + 'p' + exponent


def evaluate(coefs, z):
    total = mpf(0)
    for c in reversed(coefs):
        total = total * z + c
    return total


def extrema(error, lo, hi, n):
    """The n + 1 points on [lo, hi] where the error alternates most, or fewer."""
    grid = [(lo + hi) / 2 - (hi - lo) / 2 * cos(pi * i / (40 * n)) for i in range(40 * n + 1)]
    values = [error(x) for x in grid]
    found = []
    for i in range(len(grid)):
        left = values[i - 1] if i > 0 else mpf(0)
        right = values[i + 1] if i + 1 < len(grid) else mpf(0)
        if abs(values[i]) >= abs(left) and abs(values[i]) >= abs(right):
            if found and (values[i] > 0) == (error(found[-1]) > 0):
                if abs(values[i]) > abs(error(found[-1])):
                    found[-1] = grid[i]
            else:
                found.append(grid[i])
    if len(found) > n + 1:
        found = found[-(n + 1):] if abs(error(found[0])) < abs(error(found[-1])) else found[:n + 1]
    return found


def remez(f, weight, lo, hi, n, m=0):
    """n coefficients p, and m more q of a denominator that begins with 1, that
    minimise max |weight (f - p/q)| on [lo, hi]."""
    lo, hi = mpf(lo), mpf(hi)
    size = n + max(m - 1, 0)
    points = [(lo + hi) / 2 - (hi - lo) / 2 * cos(pi * i / size) for i in range(size + 1)]
    den = [mpf(1)]
    for _ in range(12):
        for _ in range(6 if m else 1):  # the denominator's weight in the error needs the denominator
            a, b = matrix(size + 1, size + 1), matrix(size + 1, 1)
            for i, x in enumerate(points):
                for k in range(n):
                    a[i, k] = x ** k
                for k in range(1, m):
                    a[i, n + k - 1] = -f(x) * x ** k
                a[i, size] = (-1) ** i * evaluate(den, x) / weight(x)
                b[i] = f(x)
            solved = lu_solve(a, b)
            den = [mpf(1)] + [solved[n + k - 1] for k in range(1, m)]
        num = [solved[k] for k in range(n)]
        found = extrema(lambda x: weight(x) * (f(x) - evaluate(num, x) / evaluate(den, x)), lo, hi, size)
        if len(found) < size + 1:
            break
        points = found
    return (num, den) if m else num


def write(name, doc, coefs):
    out.append(f"\n// {name}: {doc}.")
    out.append(f"var {name} = []float64{{")
    for c in coefs:
        out.append(f"\t{hexf(c)}, // {c!r}")
    out.append("}")


def rational(top, bottom, doc, f, weight, lo, hi, n, m):
    """Writes a quotient of polynomials of n and m coefficients."""
    _, den = remez(f, weight, lo, hi, n, m)
    den = [double(c) for c in den]
    num = []
    scale = lambda x: evaluate(den, x)
    for i in range(n):  # as in poly
        rest = remez(lambda x: (f(x) * scale(x) - evaluate(num, x)) / x ** i, lambda x: weight(x) * x ** i / scale(x), lo, hi, n - i)
        num.append(double(rest[0]))
    error = max(abs(weight(x) * (f(x) - evaluate(num, x) / scale(x)))
                for x in [mpf(lo) + (mpf(hi) - mpf(lo)) * i / 2000 for i in range(2001)])
    write(top, f"numerator of {doc}; error 2^{float(log(error, 2)):.1f}", num)
    write(bottom, f"denominator of {doc}", den)
    print(top, n, m, "error 2^%.1f" % float(log(error, 2)))


def poly(name, doc, f, weight, lo, hi, n):
    # The two coefficients that weigh most are rounded before the rest is
    # fitted, so that the rest makes up for it.
    coefs = []
    for k in range(3):
        rest = lambda z, done=tuple(coefs): (f(z) - evaluate([mpf(c) for c in done], z)) / z ** len(done)
        fitted = remez(rest, lambda z: weight(z) * z ** k, lo, hi, n - k)
        coefs += [double(c) for c in (fitted if k == 2 else fitted[:1])]
    worst = max(abs(weight(x) * (f(x) - evaluate([mpf(c) for c in coefs], x)))
                for x in [mpf(lo) + (mpf(hi) - mpf(lo)) * i / 2000 for i in range(2001)])
    bits = log(worst, 2)
    write(name, f"{doc}; error 2^{float(bits):.1f}", coefs)
    print(name, n, "error 2^%.1f" % float(bits))


def const(name, value, doc):
    out.append(f"\n// {name} is {doc}.\nconst {name} = {hexf(value)}")


def head(x, bits):
    """x cut toward zero to the given number of significant bits."""
    x = mpf(x)
    e = int(floor(log(abs(x), 2)))
    scale = mpf(2) ** (bits - 1 - e)
    return (floor(x * scale) if x > 0 else ceil(x * scale)) / scale


def pieces(names, value, bits, doc):
    """value as a sum: all pieces but the last have the given bits."""
    rest = mpf(value)
    for i, name in enumerate(names):
        part = head(rest, bits) if i + 1 < len(names) else mpf(double(rest))
        const(name, double(part), f"part {i + 1} of {doc}")
        rest -= part


eps = mpf(2) ** -100


def root(z):
    return sqrt(z if z > 0 else eps)


sinc = lambda z: sin(root(z)) / root(z)
poly("sinCoef", "(1 - sin(r)/r)/z in z = r*r, |r| <= pi/4, relative to sin",
     lambda z: (1 - sinc(z)) / root(z) ** 2, lambda z: root(z) ** 2 / sinc(z), "1e-5", "0.6175", 6)
poly("cosCoef", "(cos(r) - 1 + z/2)/z^2 in z = r*r, |r| <= pi/4",
     lambda z: (cos(root(z)) - 1 + root(z) ** 2 / 2) / root(z) ** 4, lambda z: root(z) ** 4 / cos(root(z)), "1e-5", "0.6175", 6)
rational("tanNum", "tanDen", "((tan(r)/r - 1)/z - c)/z in z = r*r, c the double next to 1/3, |r| <= pi/4, relative to tan",
         lambda z: ((tan(root(z)) / root(z) - 1) / root(z) ** 2 - mpf(1 / 3)) / root(z) ** 2, lambda z: root(z) ** 5 / tan(root(z)),
         "1e-5", "0.6175", 3, 4)
poly("atanCoef", "(atan(t)/t - 1)/z in z = t*t, |t| <= 1/4",
     lambda z: (atan(root(z)) / root(z) - 1) / root(z) ** 2, lambda z: root(z) ** 2, "1e-5", "0.0625", 9)
poly("asinCoef", "(asin(t)/t - 1)/z in z = t*t, |t| <= 1/2",
     lambda z: (asin(root(z)) / root(z) - 1) / root(z) ** 2, lambda z: root(z) ** 2, "1e-5", "0.25", 14)
poly("logCoef", "(2 atanh(s)/s - 2)/z in z = s*s, |s| <= 0.1716, relative to 2 atanh(s)",
     lambda z: (2 * atanh(root(z)) / root(z) - 2) / root(z) ** 2, lambda z: root(z) ** 2 / 2, "1e-5", "0.029445", 7)
poly("powCoef", "3 (atanh(s)/s - 1 - z/3)/z^2 in z = s*s, |s| <= 0.1716, relative to atanh(s)",
     lambda z: 3 * (atanh(root(z)) / root(z) - 1 - root(z) ** 2 / 3) / root(z) ** 4, lambda z: root(z) ** 4 / 3, "1e-5", "0.029445", 8)
around = lambda t: t if abs(t) > eps else eps
curve = lambda t: ((exp(t) - 1 - t) / t ** 2 - mpf(1) / 2) / t
fitted = [0.5] + [double(c) for c in remez(lambda t: curve(around(t)), lambda t: abs(around(t)) ** 3 / exp(t), "-0.3468", "0.34681", 10)]
error = max(abs(t * t * ((exp(t) - 1 - t) / t ** 2 - evaluate(fitted, t)) / exp(t)) for t in [mpf(i) * mpf("0.3468") / 1000 for i in range(-1000, 1001) if i])
write("expPoly", f"(exp(t) - 1 - t)/t^2, |t| <= 0.3468, relative to exp; error 2^{float(log(error, 2)):.1f}", fitted)

const("invPio2", double(2 / pi), "2/pi")
const("pio2A", double(pi / 2), "pi/2")
pieces(["pio2B", "pio2C"], pi / 2 - mpf(double(pi / 2)), 29, "pi/2 - pio2A, the first exact times a whole number below 2^24")
pieces(["pio2Hi", "pio2Lo"], pi / 2, 53, "pi/2")
pieces(["piHi", "piLo"], pi, 53, "pi")
pieces(["pio4Hi", "pio4Lo"], pi / 4, 53, "pi/4")
pieces(["atanHalfHi", "atanHalfLo"], atan(mpf(1) / 2), 53, "atan(1/2)")
ln2 = log(mpf(2))
const("log2e", double(1 / ln2), "1/ln 2")
pieces(["ln2Hi", "ln2Lo"], ln2, 53, "ln 2")
pieces(["log2Scale", "log2ScaleLo"], 2 / (3 * ln2), 53, "2/(3 ln 2)")

words = 20
mp.dps = 420
bits = int(floor((2 / pi) * mpf(2) ** (64 * (words - 1))))
out.append("\n// twoOverPi holds the binary digits of 2/pi after the point, 64 a word, after one\n// word of zeros.")
out.append("var twoOverPi = [...]uint64{\n\t0,")
for k in range(words - 1):
    out.append(f"\t0x{(bits >> (64 * (words - 2 - k))) & (2 ** 64 - 1):016x},")
out.append("}")

target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "compiler", "mathfn", "coef.go")
with open(target, "w") as f:
    f.write("// Code generated by build/mathfn/coefficients.py; DO NOT EDIT.\n\npackage mathfn\n" + "\n".join(out) + "\n")
subprocess.run(["gofmt", "-w", target], check=True)
