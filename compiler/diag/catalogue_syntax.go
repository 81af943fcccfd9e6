// The catalogue's entries of syntax, files, running programs and the compiler
// itself.

package diag

var syntaxEntries = []Entry{
	{
		Code: UnexpectedToken, Name: "UnexpectedToken", Headline: "Expected {what}, found {token}",
		Explain: "The grammar does not go on with this token. The message says what could stand here and what does. " +
			"If a bracket before it was not closed, a note points at that bracket.",
		Example: "fn dsp(){\n  let a = 1 + * 2\n  a\n}\n", Line: 2,
	},
	{
		Code: UnexpectedEnd, Name: "UnexpectedEnd", Headline: "Unexpected end of input, expected {what}",
		Explain: "The text ends inside a construct. The note points at the innermost bracket that is not closed, " +
			"and, if there is one, at the declaration before which it should be.",
		Example: "fn dsp(){\n  let a = 1\n  a", Line: 3,
	},
	{
		Code: AdjacentSigns, Name: "AdjacentSigns", Headline: "Consecutive operators without whitespace are not allowed",
		Explain: "A sign directly behind an arithmetic operator is easily misread, so a space or parentheses are required: " +
			"`2 - -3`, `2*(-1)`.",
		Example: "fn dsp(){ 2--3 }\n", Line: 1,
	},
	{
		Code: BadCharacter, Name: "BadCharacter", Headline: "Unexpected character {character}",
		Explain: "The character has no meaning outside of strings and comments.",
		Example: "fn dsp(){\n  now + § 3\n}\n", Line: 2,
	},
	{
		Code: UnterminatedString, Name: "UnterminatedString", Headline: "Unterminated string literal",
		Explain: "A string literal reaches up to the next double quote, over line ends too, and this one has none. " +
			"The rest of the file is not read. There are no escape sequences.",
		Example: "fn dsp(){\n  let name = \"lead\n  1\n}\n", Line: 2,
	},
	{
		Code: UnterminatedCmt, Name: "UnterminatedComment", Headline: "Unterminated comment",
		Explain: "A comment that begins with `/*` ends at the first `*/`, and this one has none. Comments do not nest.",
		Example: "fn dsp(){\n  /* never closed\n  1\n}\n", Line: 2,
	},
	{
		Code: DeclInBlock, Name: "DeclarationInBlock",
		Headline: "declaration not allowed inside a block; use `let f = |x| …` or `letrec`",
		Explain: "A block holds `let`, `letrec` and expressions. Functions, modules, imports, types and stages are declared at the " +
			"top level or in a module.",
		Example: "fn dsp(){\n  fn double(x){ x * 2 }\n  double(1)\n}\n", Line: 2,
	},
	{
		Code: TooDeep, Name: "TooDeep", Headline: "{problem}",
		Explain: "Constructs may be nested 1000 levels deep, and an expression may be a chain of 10000 parts. " +
			"Name the parts with `let`.",
		Example: "fn dsp(){ " + repeat("(", 1001) + "1" + repeat(")", 1001) + " }\n", Line: 1,
		Instead: "1001 parentheses in each other.",
	},
	{
		Code: FileNotFound, Name: "FileNotFound", Headline: "File {path} not found: {reason}",
		Explain: "The file of an `include`, `mod` or `use` is in none of the folders that are searched: those of MIMIUM_LIB_PATH, " +
			"`lib` beside the file and in the folders above it, the library, the file's own folder.",
		Example: "include(\"no_such_file.mmm\")\nfn dsp(){ 1 }\n", Line: 1,
	},
	{
		Code: IncludeCycle, Name: "IncludeCycle", Headline: "File tried to include itself recusively: {path}",
		Explain: "The file is loaded while it is being loaded. For a cycle over several files the notes show the chain.",
		Instead: "two files that include each other.",
	},
	{
		Code: Encoding, Name: "Encoding", Headline: "The file is not UTF-8: bad byte at offset {offset}",
		Explain: "Patches are text in UTF-8.",
		Example: "fn dsp(){ \"\xff\" 1 }\n", Line: 1,
	},
	{
		Code: IOError, Name: "IOError", Headline: "IoError: {reason}",
		Explain: "The system could not read the file.",
		Instead: "a file that may not be read.",
	},
	{
		Code: FileRefused, Name: "FileRefused", Headline: "File {path} is refused: {reason}",
		Explain: "A patch in a host may have come from anywhere, so it reads files of its own folder, the folders in it and the " +
			"library only, also where links lead elsewhere, and no more text than a saved project can hold. " +
			"Put the file beside the patch or into the library.",
		Instead: "`include(\"../other.mmm\")` in a patch that a plugin plays.",
	},
	{
		Code: SoundNotFound, Name: "SoundNotFound", Headline: "Sound file {path} not found", Severity: Warning,
		Explain: "The patch plays on with silence in its place. A relative path is looked for beside the patch, then in ~/.mimium/samples " +
			"and on the library path.",
		Example: "fn dsp(){\n  let kick = Sampler_mono!(\"kick.wav\")\n  kick.player(now)\n}\n", Line: 2,
	},
	{
		Code: SoundUnreadable, Name: "SoundUnreadable", Headline: "Sound file {path} cannot be used: {reason}",
		Explain: "The file is there, but it is no WAV, AIFF, FLAC, Ogg Vorbis or MP3 file, it is damaged or too large, or it has " +
			"more channels than the macro takes: `Sampler_mono!` takes one, `Sampler!` any number.",
		Instead: "`Sampler_mono!(\"stereo.wav\")`.",
	},
	{
		Code: Fault, Name: "Fault", Headline: "{problem}",
		Explain: "The program was stopped while it ran, for example because a function called itself without end, " +
			"or it does not fit into its engine. Its output is silent until the next edit.",
		Instead: "none, it is reported by the engine and not by the compiler.",
	},
	{
		Code: Internal, Name: "Internal", Headline: "internal error: {problem}",
		Explain: "The compiler contradicts itself. What plays goes on. Please report the patch.",
		Instead: "none is known.",
	},
}
