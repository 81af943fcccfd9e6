package tests
import ("testing";"os";"mmm/compiler";"mmm/compiler/diag")
func TestZZ(t *testing.T){
	for i,s:=range []string{
		"fn first(x: float, y: float){ x }\nfn dsp(){\n  first(1, |y| y)\n}\n",
		"fn grow(n: float, x: a)->float{ if (n > 0) grow(n - 1, (x, x)) else 1 }\nfn dsp(){ grow(3, 1) }\n",
		"fn g0(x){ 1 }\nfn g1(x){ g0((x, 1)) + g0((1, x)) }\nfn g2(x){ g1((x, 1)) + g1((1, x)) }\nfn g3(x){ g2((x, 1)) + g2((1, x)) }\nfn g4(x){ g3((x, 1)) + g3((1, x)) }\nfn g5(x){ g4((x, 1)) + g4((1, x)) }\nfn g6(x){ g5((x, 1)) + g5((1, x)) }\nfn g7(x){ g6((x, 1)) + g6((1, x)) }\nfn g8(x){ g7((x, 1)) + g7((1, x)) }\nfn g9(x){ g8((x, 1)) + g8((1, x)) }\nfn g10(x){ g9((x, 1)) + g9((1, x)) }\nfn dsp(){ g10(0) }\n",
	}{
		println("start",i)
		r:=compiler.Compile(compiler.Options{Name:"x.mmm",Text:s})
		println("----", r.Program!=nil)
		diag.Render(os.Stdout,&r.Diags,diag.Options{})
	}
}
