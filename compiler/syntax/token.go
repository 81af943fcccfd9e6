// Tokens: their kinds, their text, and which of them are keywords.

package syntax

// kind is the kind of a token.
type kind uint8

// The kinds of tokens.
const (
	kEOF   kind = iota
	kStop       // never in the array: what the parser sees after an error until it has recovered
	kError      // a character that is no token; it has been reported
	kString
	kFloat
	kInt
	kIdent

	kFn
	kMacro
	kSelf
	kNow
	kSampleRate
	kLet
	kLetrec
	kIf
	kElse
	kMatch
	kFloatType
	kIntType
	kStringType
	kStruct
	kInclude
	kStage
	kMain
	kMod
	kUse
	kPub
	kType
	kAlias
	kRec
	kHole

	kArrow     // ->
	kUpdate    // <-
	kFatArrow  // =>
	kMacroPipe // ||>
	kEq        // ==
	kNe        // !=
	kLe        // <=
	kGe        // >=
	kAnd       // &&
	kOr        // ||
	kPipe      // |>
	kPlus
	kMinus
	kStar
	kSlash
	kPercent
	kCaret
	kAt
	kLt
	kGt
	kAssign // =
	kBang   // !

	kPathSep // ::
	kDotDot  // ..
	kDot
	kComma
	kColon
	kLParen
	kRParen
	kLBracket
	kRBracket
	kLBrace
	kRBrace
	kBackquote
	kDollar
	kHash
	kBar

	kindCount
)

// kindText is how a token is written; "" where the text varies.
var kindText = [kindCount]string{
	kFn: "fn", kMacro: "macro", kSelf: "self", kNow: "now", kSampleRate: "samplerate",
	kLet: "let", kLetrec: "letrec", kIf: "if", kElse: "else", kMatch: "match",
	kFloatType: "float", kIntType: "int", kStringType: "string", kStruct: "struct",
	kInclude: "include", kStage: "stage", kMain: "main", kMod: "mod", kUse: "use",
	kPub: "pub", kType: "type", kAlias: "alias", kRec: "rec", kHole: "_",

	kArrow: "->", kUpdate: "<-", kFatArrow: "=>", kMacroPipe: "||>", kEq: "==", kNe: "!=",
	kLe: "<=", kGe: ">=", kAnd: "&&", kOr: "||", kPipe: "|>", kPlus: "+", kMinus: "-",
	kStar: "*", kSlash: "/", kPercent: "%", kCaret: "^", kAt: "@", kLt: "<", kGt: ">",
	kAssign: "=", kBang: "!",

	kPathSep: "::", kDotDot: "..", kDot: ".", kComma: ",", kColon: ":", kLParen: "(",
	kRParen: ")", kLBracket: "[", kRBracket: "]", kLBrace: "{", kRBrace: "}",
	kBackquote: "`", kDollar: "$", kHash: "#", kBar: "|",
}

// keywords maps the reserved words to their kinds.
var keywords = func() map[string]kind {
	m := make(map[string]kind)
	for k := kFn; k <= kHole; k++ {
		m[kindText[k]] = k
	}
	return m
}()

// keyword reports whether k is a reserved word.
func (k kind) keyword() bool { return k >= kFn && k <= kHole }

// opener and closer report whether k opens or closes a bracket.
func (k kind) opener() bool { return k == kLParen || k == kLBracket || k == kLBrace }
func (k kind) closer() bool { return k == kRParen || k == kRBracket || k == kRBrace }

// declaration reports whether k begins a statement that may not stand in a
// block.
func (k kind) declaration() bool {
	switch k {
	case kFn, kMacro, kMod, kUse, kType, kInclude, kHash:
		return true
	}
	return false
}

// beginsStatement reports whether k can only be the beginning of a statement
// (or, for main and macro behind #stage, stands in brackets): the parser takes
// up reading there after an error.
func (k kind) beginsStatement() bool {
	return k == kLet || k == kLetrec || k == kPub || k.declaration()
}

// beginsLine reports whether k, first in its line, is most likely the beginning
// of a statement that is an expression.
func (k kind) beginsLine() bool {
	switch k {
	case kInt, kFloat, kString, kIdent, kSelf, kNow, kSampleRate, kHole, kIf, kMatch,
		kLParen, kLBracket, kBackquote, kDollar:
		return true
	}
	return false
}

// beginsArm reports whether k can begin the pattern of a match arm.
func (k kind) beginsArm() bool {
	switch k {
	case kInt, kFloat, kHole, kIdent, kFloatType, kIntType, kStringType, kLParen:
		return true
	}
	return false
}

// token is a piece of the text. A line break stands between the previous token
// and this one if lineBreak is set; semicolon says that one of them was a ";".
type token struct {
	start, end int32
	kind       kind
	lineBreak  bool
	semicolon  bool
}
