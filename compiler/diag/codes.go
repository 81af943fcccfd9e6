package diag

// Code names a kind of diagnostic. Scripts may rely on it.
type Code string

// The catalogue. E01 to E33 are those of types.md 19.1, P the syntax and file
// errors of language.md 12.1, N names and sugar, R what a running program
// reports.
const (
	TypeMismatch         Code = "E01"
	EscapeNeedsCode      Code = "E02"
	LengthMismatch       Code = "E03"
	PatternMismatch      Code = "E04"
	LetRecNotFunction    Code = "E05"
	NotAFunction         Code = "E06"
	MissingArguments     Code = "E07"
	CircularType         Code = "E08"
	IndexOutOfRange      Code = "E09"
	IndexForNonTuple     Code = "E10"
	FieldForNonRecord    Code = "E11"
	FieldNotExist        Code = "E12"
	DuplicateKey         Code = "E13"
	DuplicateParam       Code = "E14"
	IncompatibleKeys     Code = "E15"
	VariableNotFound     Code = "E16"
	ModuleNotFound       Code = "E17"
	MemberNotFound       Code = "E18"
	PrivateMember        Code = "E19"
	StageMismatch        Code = "E20"
	SelfReturnsFunction  Code = "E21"
	CtorNotInUnion       Code = "E22"
	ExpectedUnion        Code = "E23"
	NonExhaustive        Code = "E24"
	RecursiveAlias       Code = "E25"
	PrivateType          Code = "E26"
	PrivateTypeLeak      Code = "E27"
	UnknownType          Code = "E28"
	LenientMismatch      Code = "E29"
	UnreachableArm       Code = "E30"
	TooManyInstances     Code = "E31"
	NonExhaustiveDefault Code = "E32"
	EarlyCatchAll        Code = "E33"
	DuplicateCtor        Code = "E34"
	ReservedTypeName     Code = "E35"
	SelfAtTop            Code = "E36"
	MisplacedHole        Code = "E37"
	CannotAssign         Code = "E38"
	DelaySize            Code = "E39"
	NoDsp                Code = "E40"
	DspType              Code = "E41"
	DefaultScope         Code = "E42"
	NotSupported         Code = "E43" // a part of the language that is not built yet
	HostArgument         Code = "E44" // argument of a builtin macro that is no constant
	TooMuchState         Code = "E45"
	DuplicateDsp         Code = "E46" // warning: several dsp, the last one counts
	FractionalPattern    Code = "E47" // warning: a fractional literal pattern is truncated
	SharedRecursiveState Code = "E48" // warning: state in a recursive function is shared by all levels
	TooLarge             Code = "E49" // program exceeds a limit of the compiler
	ModuleLet            Code = "E50" // warning: a variable of a module is used by its bare name
	NestedQuote          Code = "E51" // warning: a quote in main-stage code does nothing
	MacroFailed          Code = "E52" // the macro stage could not be run to its end

	UnexpectedToken    Code = "P01"
	UnexpectedEnd      Code = "P02"
	AdjacentSigns      Code = "P03"
	BadCharacter       Code = "P04"
	UnterminatedString Code = "P05"
	UnterminatedCmt    Code = "P06"
	DeclInBlock        Code = "P07"
	TooDeep            Code = "P08"
	FileNotFound       Code = "P09"
	IncludeCycle       Code = "P10"
	Encoding           Code = "P11"
	IOError            Code = "P12"
	FileRefused        Code = "P13"
	SoundNotFound      Code = "P14" // warning: the sound is silent
	SoundUnreadable    Code = "P15"

	Fault Code = "R01" // a running program was stopped, or does not fit its engine

	Internal Code = "X01" // an inconsistency of the compiler itself
)
