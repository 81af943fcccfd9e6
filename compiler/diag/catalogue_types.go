// The catalogue's entries of names, types and limits.

package diag

import "strings"

// repeat shortens the table below.
func repeat(s string, n int) string { return strings.Repeat(s, n) }

var typeEntries = []Entry{
	{
		Code: TypeMismatch, Name: "TypeMismatch", Headline: "Type mismatch",
		Explain: "An expression has another type than its place demands. The notes give both types and where the expectation comes from.",
		Example: "fn dsp(){\n  if (1) 2 else \"three\"\n}\n", Line: 2,
	},
	{
		Code: EscapeNeedsCode, Name: "EscapeRequiresCode", Headline: "Escape requires a code value, but found {type}",
		Explain: "`$` and a macro call insert code, made with a backquote or `lift`. An array or tuple of codes must go through `lift_array_code`.",
		Example: "#stage(macro)\nfn both(){ [`1, `2] }\n#stage(main)\nfn dsp(){\n  both!()\n}\n", Line: 5,
	},
	{
		Code: LengthMismatch, Name: "LengthMismatch", Headline: "Length of the elements are different",
		Explain: "A tuple, its pattern, or a list of arguments has another number of elements than is expected.",
		Example: "fn dsp(){\n  let (a, b, c) = (1, 2)\n  a\n}\n", Line: 2,
	},
	{
		Code: PatternMismatch, Name: "PatternMismatch", Headline: "Pattern mismatch",
		Explain: "A pattern takes a value apart that has no such parts.",
		Example: "fn dsp(){\n  let (a, b) = 3\n  a\n}\n", Line: 2,
	},
	{
		Code: LetRecNotFunction, Name: "NonFunctionForLetRec", Headline: "`letrec` can take only function type.",
		Explain: "A `letrec` that mentions its own name must be bound to a function.",
		Example: "fn dsp(){\n  letrec x = x + 1\n  x\n}\n", Line: 2,
	},
	{
		Code: NotAFunction, Name: "NonFunctionForApply", Headline: "This is not applicable because it is not a function type.",
		Explain: "What is called is not a function. A call needs its parenthesis on the same line: on a new line it is a statement of its own.",
		Example: "fn dsp(){\n  let x = 3\n  x(1)\n}\n", Line: 3,
	},
	{
		Code: MissingArguments, Name: "NonSupertypeArgument", Headline: "Arguments for functions are less than required.",
		Explain: "A record passed as arguments lacks a parameter that has no default value.",
		Example: "fn mix(a, b, gain = 1){ (a + b) * gain }\nfn dsp(){\n  mix({a = 1, gain = 2})\n}\n", Line: 3,
	},
	{
		Code: CircularType, Name: "CircularType", Headline: "Circular loop of type definition detected.",
		Explain: "The type of an expression would contain itself.",
		Example: "fn f(x){ x(x) }\nfn dsp(){ 1 }\n", Line: 1,
	},
	{
		Code: IndexOutOfRange, Name: "IndexOutOfRange", Headline: "Length of tuple elements is {length} but index was {index}",
		Explain: "The elements of a tuple are counted from 0.",
		Example: "fn dsp(){\n  let t = (1, 2)\n  t.2\n}\n", Line: 3,
	},
	{
		Code: IndexForNonTuple, Name: "IndexForNonTuple", Headline: "Index access for non-tuple variable.",
		Explain: "Only tuples are accessed with a dot and a number. The type must be known at this place; annotate the parameter.",
		Example: "fn dsp(){\n  let x = 3\n  x.0\n}\n", Line: 3,
	},
	{
		Code: FieldForNonRecord, Name: "FieldForNonRecord", Headline: "Field access for non-record variable.",
		Explain: "Only records have fields.",
		Example: "fn dsp(){\n  let x = 3\n  x.gain\n}\n", Line: 3,
	},
	{
		Code: FieldNotExist, Name: "FieldNotExist", Headline: "Field \"{name}\" does not exist in the record type",
		Explain: "The record has no field of this name.",
		Example: "fn dsp(){\n  let osc = {freq = 440, gain = 1}\n  osc.phase\n}\n", Line: 3,
	},
	{
		Code: DuplicateKey, Name: "DuplicateKeyInRecord", Headline: "Duplicate keys found in record type",
		Explain: "A field is given twice.",
		Example: "fn dsp(){\n  let r = {a = 1, a = 2}\n  r.a\n}\n", Line: 2,
	},
	{
		Code: DuplicateParam, Name: "DuplicateKeyInParams", Headline: "Duplicate keys found in parameter list",
		Explain: "Two parameters of a function have one name.",
		Example: "fn f(a, a){ a }\nfn dsp(){ f(1, 2) }\n", Line: 1,
	},
	{
		Code: IncompatibleKeys, Name: "IncompatibleKeyInRecord", Headline: "Record type has incompatible keys.",
		Explain: "Two records that must have the same fields do not. The notes list both.",
		Example: "fn dsp(){\n  let r = if (1) {{a = 1, b = 2}} else {{a = 1, c = 2}}\n  r.a\n}\n", Line: 2,
	},
	{
		Code: VariableNotFound, Name: "VariableNotFound", Headline: "Variable \"{name}\" not found in this scope",
		Explain: "Nothing of this name is defined before this place. A function can be used only behind its definition.",
		Example: "fn dsp(){\n  oscillator(440)\n}\n", Line: 2,
	},
	{
		Code: ModuleNotFound, Name: "ModuleNotFound", Headline: "Module \"{name}\" not found",
		Explain: "There is no module of this name. Where a member of it is used, VariableNotFound is reported, with this as a note.",
		Instead: "a path whose first part names no module.",
	},
	{
		Code: MemberNotFound, Name: "MemberNotFound", Headline: "Member \"{name}\" not found in module \"{module}\"",
		Explain: "The module has no such member. Where it is used, VariableNotFound is reported, with this as a note.",
		Instead: "a path whose last part names nothing in its module.",
	},
	{
		Code: PrivateMember, Name: "PrivateMemberAccess", Headline: "Member \"{name}\" in module \"{module}\" is private",
		Explain: "Members of a module are visible outside of it only if they are declared with `pub`.",
		Example: "mod m { fn f(){ 1 } }\nfn dsp(){\n  m::f()\n}\n", Line: 3,
	},
	{
		Code: StageMismatch, Name: "StageMismatch", Headline: "Variable {name} is defined in stage {defined} but accessed from stage {used}",
		Explain: "Stage 0 is the macro stage, executed by the compiler; stage 1 is the main stage, executed while the patch plays. " +
			"A variable can be used only in its own stage; between them code is passed.",
		Example: "#stage(macro)\nlet size = 3\n#stage(main)\nfn dsp(){\n  size\n}\n", Line: 5,
	},
	{
		Code: SelfReturnsFunction, Name: "NonPrimitiveInFeed", Headline: "Function that uses `self` cannot return function type.",
		Explain: "`self` is the value that the function returned before, so it must be a value that can be stored: no function.",
		Example: "fn f(){\n  let before = self\n  |x| x + before(1)\n}\nfn dsp(){ f()(1) }\n", Line: 1,
	},
	{
		Code: CtorNotInUnion, Name: "ConstructorNotInUnion", Headline: "Constructor \"{name}\" is not a variant of the union type",
		Explain: "The type of the matched value has no such constructor.",
		Example: "type Wave = Sine | Saw\nfn level(w){\n  match w {\n    Sine => 1,\n    Saw => 2,\n    Square => 3\n  }\n}\nfn dsp(){ level(Sine) }\n", Line: 6,
	},
	{
		Code: ExpectedUnion, Name: "ExpectedUnionType", Headline: "Expected a union type but found {type}",
		Explain: "Constructor patterns need a value of a sum or union type.",
		Example: "fn dsp(){\n  match 3 {\n    float(x) => x,\n    _ => 0\n  }\n}\n", Line: 2,
	},
	{
		Code: NonExhaustive, Name: "NonExhaustiveMatch", Headline: "Match expression is not exhaustive. Missing patterns: {names}",
		Explain: "A match on a sum or union must name each constructor or have an arm `_`.",
		Example: "type Wave = Sine | Saw | Square\nfn level(w){\n  match w {\n    Sine => 1,\n    Saw => 2\n  }\n}\nfn dsp(){ level(Sine) }\n", Line: 3,
	},
	{
		Code: RecursiveAlias, Name: "RecursiveTypeAlias",
		Headline: "Recursive type alias '{name}' detected. Cycle: {cycle}. Use 'type rec' to declare recursive types.",
		Explain:  "A type mentions itself. Only the payloads of a `type rec` may.",
		Example:  "type List = Nil | Cons(float, List)\nfn dsp(){ 1 }\n", Line: 1,
	},
	{
		Code: PrivateType, Name: "PrivateTypeAccess", Headline: "Type '{name}' in module '{module}' is private and cannot be accessed from outside",
		Explain: "The type is not declared with `pub`.",
		Example: "mod m { type alias Freq = float }\nfn f(x: m::Freq){ x }\nfn dsp(){ f(1) }\n", Line: 2,
	},
	{
		Code: PrivateTypeLeak, Name: "PrivateTypeLeak", Headline: "Public function '{name}' cannot expose private type '{type}' in its signature",
		Explain: "Who may call the function must be able to name its types.",
		Example: "mod m {\n  type Wave = Sine | Saw\n  pub fn f(w: Wave){ 1 }\n}\nfn dsp(){ 1 }\n", Line: 3,
	},
	{
		Code: UnknownType, Name: "UnknownType", Headline: "Unknown type \"{name}\"",
		Explain: "No type of this name is declared before this place. A single lower-case letter is a type parameter.",
		Example: "fn f(x: Frequency){ x }\nfn dsp(){ f(1) }\n", Line: 1,
	},
	{
		Code: LenientMismatch, Name: "LenientMismatch", Severity: Warning, Headline: "Type mismatch (tolerated)",
		Explain: "A function stands for a number, or a number for a function, among several arguments or elements. Old libraries only pass such values on, so it is let through.",
		Example: "fn first(x: float, y: float){ x }\nfn dsp(){\n  first(1, |y| y)\n}\n", Line: 3,
	},
	{
		Code: UnreachableArm, Name: "UnreachableArm", Severity: Warning, Headline: "Unreachable match arm",
		Explain: "An arm before this one takes every value that this one would.",
		Example: "fn dsp(){\n  match now {\n    0 => 1,\n    0 => 2,\n    _ => 3\n  }\n}\n", Line: 4,
	},
	{
		Code: TooManyInstances, Name: "TooManyInstances", Headline: "Function \"{name}\" needs infinitely many specialisations",
		Explain: "A generic function calls itself with a type that grows with every call.",
		Example: "fn grow(n: float, x: a)->float{\n  if (n > 0) grow(n - 1, {v = x}) else 1\n}\nfn dsp(){ grow(3, 1) }\n", Line: 1,
	},
	{
		Code: NonExhaustiveDefault, Name: "NonExhaustiveFallback", Severity: Warning,
		Headline: "Match expression is not exhaustive, otherwise the last arm is taken",
		Explain:  "A match on numbers has no arm `_`. Values that fit no arm take the last one.",
		Example:  "fn dsp(){\n  match now % 3 {\n    0 => 1,\n    1 => 2\n  }\n}\n", Line: 2,
	},
	{
		Code: EarlyCatchAll, Name: "EarlyCatchAll", Severity: Warning, Headline: "Catch-all arm is tried last",
		Explain: "An arm that takes everything stands before others. It is tried last, wherever it stands.",
		Example: "fn dsp(){\n  match now {\n    _ => 9,\n    7 => 2\n  }\n}\n", Line: 3,
	},
	{
		Code: DuplicateCtor, Name: "DuplicateConstructor", Headline: "Constructor \"{name}\" is already declared",
		Explain: "Constructors of all types share one namespace.",
		Example: "type Wave = Sine | Saw\ntype Lfo = Sine | Ramp\nfn dsp(){ 1 }\n", Line: 2,
	},
	{
		Code: ReservedTypeName, Name: "ReservedTypeName",
		Headline: "type name '{name}' is reserved for explicit type parameters (single lowercase letter)",
		Explain:  "A single lower-case letter in an annotation is a type parameter, so it cannot name a type.",
		Example:  "type alias a = float\nfn dsp(){ 1 }\n", Line: 1,
	},
	{
		Code: SelfAtTop, Name: "SelfInGlobal", Headline: "self cannot be used in global context.",
		Explain: "`self` is the value that the function around it returned before, and there is no function here.",
		Example: "let a = self\nfn dsp(){ a }\n", Line: 1,
	},
	{
		Code: MisplacedHole, Name: "MisplacedHole", Headline: "`_` is only allowed as a direct argument of a call or operator",
		Explain: "A placeholder makes a call or operator into a function of the missing argument. It stands for nothing elsewhere.",
		Example: "fn dsp(){\n  let x = (_, 1)\n  1\n}\n", Line: 2,
	},
	{
		Code: CannotAssign, Name: "CannotAssign", Headline: "cannot assign to {what}",
		Explain: "Variables bound by `let`, parameters, and fields of records in them can be assigned; functions, tuple elements, array elements and values cannot.",
		Example: "fn dsp(){\n  let t = (1, 2)\n  t.0 = 3\n  t.0\n}\n", Line: 3,
	},
	{
		Code: DelaySize, Name: "DelaySize", Headline: "{problem}",
		Explain: "The first argument of `delay` is its longest time, for which memory is reserved when the patch is compiled, so it must be a number in the text.",
		Example: "fn dsp(){\n  let n = 10\n  delay(n, now, 3)\n}\n", Line: 3,
	},
	{
		Code: NoDsp, Name: "NoDsp", Headline: "The program has no function `dsp`",
		Explain: "A patch plays what its function `dsp` returns for each sample. A file without one is a library.",
		Example: "fn gain(x){ x * 0.5 }\n", Line: 2,
	},
	{
		Code: DspType, Name: "DspType", Headline: "{problem}",
		Explain: "`dsp` takes numbers, one for each input channel, and returns a number, or a tuple or record of numbers, one for each output channel.",
		Example: "fn dsp(){ ((1, 2), 3) }\n", Line: 1,
	},
	{
		Code: DefaultScope, Name: "DefaultScope", Headline: "Variable \"{name}\" not found in this scope",
		Explain: "A default value is evaluated where the function is defined. It cannot use other parameters.",
		Example: "fn f(a, b = a){ a + b }\nfn dsp(){ f({a = 1}) }\n", Line: 1,
	},
	{
		Code: NotSupported, Name: "NotSupported", Headline: "{what} not supported yet",
		Explain: "The construct belongs to the language, but this version cannot compile it.",
		Example: "fn f(x){\n  let g = |y| f(y - 1) + self\n  if (x > 0) g(x) else 0\n}\nfn dsp(){ f(3) }\n", Line: 2,
	},
	{
		Code: HostArgument, Name: "HostArgument", Headline: "{problem}",
		Explain: "Controls and probes are made when the patch is compiled, so what describes them must be known then.",
		Example: "fn dsp(){\n  Slider!(\"gain\", now, 0, 1)\n}\n", Line: 2,
	},
	{
		Code: TooMuchState, Name: "TooMuchState", Headline: "{problem}",
		Explain: "The memory of a patch is fixed when it is compiled, and this one needs more than the limit.",
		Example: "fn dsp(){\n  delay(1000000000, now, 1)\n}\n", Line: 2,
	},
	{
		Code: DuplicateDsp, Name: "DuplicateDsp", Severity: Warning, Headline: "`dsp` is defined again, the last definition counts",
		Explain: "Only one `dsp` can play.",
		Example: "fn dsp(){ 1 }\nfn dsp(){ 2 }\n", Line: 1,
	},
	{
		Code: FractionalPattern, Name: "FractionalPattern", Severity: Warning,
		Headline: "Pattern {literal} is compared as {number}: numbers are truncated before a match",
		Explain:  "A match on numbers compares whole numbers.",
		Example:  "fn dsp(){\n  match now {\n    3.5 => 1,\n    _ => 2\n  }\n}\n", Line: 3,
	},
	{
		Code: SharedRecursiveState, Name: "SharedRecursiveState", Severity: Warning,
		Headline: "State in the recursive function \"{name}\" is shared by all levels of the recursion",
		Explain:  "A function that calls itself runs in the same instance, so `self`, `mem` and `delay` in it are not separate for each level.",
		Example:  "fn rc(n){ if (n > 0) rc(n - 1) + self else 1 }\nfn dsp(){ rc(2) }\n", Line: 1,
	},
	{
		Code: ModuleLet, Name: "ModuleLet", Severity: Warning, Headline: "`{name}` is a variable of the module {module}",
		Explain: "A variable of a module belongs to the module. Older programs use its bare name everywhere; that still works where nothing else has the name.",
		Example: "mod tuning { let base = 440 }\nfn dsp(){\n  base\n}\n", Line: 3,
	},
	{
		Code: NestedQuote, Name: "NestedQuote", Severity: Warning, Headline: "A quote in main-stage code does nothing",
		Explain: "A backquote makes code in the macro stage. Main-stage code is code already.",
		Example: "fn dsp(){\n  `(1 + 2)\n}\n", Line: 2,
	},
	{
		Code: MacroFailed, Name: "MacroFailed", Headline: "The macro stage failed: {reason}",
		Explain: "Macros run while the patch is compiled, within limits: 50 million steps, 10000 calls inside each other, 512 MB. " +
			"The place is the macro call that was being expanded; a note points into the macro.",
		Example: "#stage(macro)\nfn forever(n){ forever(n + 1) }\n#stage(main)\nfn dsp(){\n  forever!(1)\n}\n", Line: 5,
	},
	{
		Code: TooLarge, Name: "TooLarge", Headline: "{problem}",
		Explain: "The program exceeds a limit of the compiler: 16 MB or 500000 tokens in a file, or more local functions than can be made of it.",
		Example: repeat("1\n", 500_001), Line: 500_001,
		Instead: "a file with 500001 numbers.",
	},
}
