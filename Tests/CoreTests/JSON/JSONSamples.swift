import Core

/// Texts that several suites share.
enum JSONSamples {
    static let valid: [(String, JSON)] = [
        ("null", .null), ("true", true), ("false", false), (" 1 ", 1), ("\t\r\n 1", 1), ("0", 0), ("-1", -1),
        ("-0", number("-0")), ("1.5", number("1.5")), ("0.0", number("0.0")), ("1e5", number("1e5")),
        ("1E+5", number("1E+5")), ("1e-05", number("1e-05")), ("1.25E400", number("1.25E400")), ("\"\"", ""),
        ("\"abc\"", "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00x""#, "😀x"), (#""\u0000""#, "\0"), (#""a\u007fb""#, "a\u{7f}b"),
        (#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}"), (#""\udbff\udfff""#, "\u{10ffff}"), ("\"\u{7f}\"", "\u{7f}"),
        ("\"é€😀\u{2028}\u{feff}\"", "é€😀\u{2028}\u{feff}"), (#""é\nß""#, "é\nß"), ("[]", []), ("[ ]", []), ("{}", [:]),
        ("{ }", [:]), ("[1,2,3]", [1, 2, 3]), ("[ 1 , [ ] ]", [1, []]), (#"{"a":1}"#, ["a": 1]),
        (#" { "a" : { "b" : [ null ] } } "#, ["a": ["b": [nil]]]), (#"{"":""}"#, ["": ""]),
        (#"{"a":1,"A":2}"#, ["a": 1, "A": 2]),
        ("[\"\(String(repeating: "long ", count: 50))\"]", [.string(String(repeating: "long ", count: 50))]),
        ("123456789012345678901234567890", number("123456789012345678901234567890")),
    ]

    static let invalid: [([UInt8], JSONError.Kind, Int)] = [
        text("", .unexpectedEnd, 0), text("  ", .unexpectedEnd, 2), text("nul", .unexpectedEnd, 3),
        text("nulL", .unexpectedByte, 3), text("True", .unexpectedByte, 0), text("truex", .trailingData, 4),
        text("+1", .unexpectedByte, 0), text(".5", .unexpectedByte, 0), text("-", .unexpectedEnd, 1),
        text("-x", .invalidNumber, 1), text("--1", .invalidNumber, 1), text("01", .invalidNumber, 1),
        text("-01", .invalidNumber, 2), text("00", .invalidNumber, 1), text("1.", .unexpectedEnd, 2),
        text("1.x", .invalidNumber, 2), text("1e", .unexpectedEnd, 2), text("1e+", .unexpectedEnd, 3),
        text("1ex", .invalidNumber, 2), text("1e+-1", .invalidNumber, 3), text("1.e1", .invalidNumber, 2),
        text("1.5.2", .trailingData, 3), text("0x10", .trailingData, 1), text("NaN", .unexpectedByte, 0),
        text("Infinity", .unexpectedByte, 0), text("-Infinity", .invalidNumber, 1), text("1 2", .trailingData, 2),
        text("[1,]", .unexpectedByte, 3), text("[,1]", .unexpectedByte, 1), text("[1 2]", .unexpectedByte, 3),
        text("[1,,2]", .unexpectedByte, 3), text("[1", .unexpectedEnd, 2), text("[", .unexpectedEnd, 1),
        text("[1}", .unexpectedByte, 2), text("]", .unexpectedByte, 0), text("[]]", .trailingData, 2),
        text("{", .unexpectedEnd, 1), text("{]", .unexpectedByte, 1), text("{1:2}", .unexpectedByte, 1),
        text("{a:1}", .unexpectedByte, 1), text("{'a':1}", .unexpectedByte, 1), text(#"{"a"}"#, .unexpectedByte, 4),
        text(#"{"a":}"#, .unexpectedByte, 5), text(#"{"a":1,}"#, .unexpectedByte, 7),
        text(#"{"a" 1}"#, .unexpectedByte, 5),
        text(#"{"a":1 "b":2}"#, .unexpectedByte, 7), text(#"{,}"#, .unexpectedByte, 1),
        text(#"{"a""#, .unexpectedEnd, 4),
        text("[1]//", .trailingData, 3), text("/**/1", .unexpectedByte, 0), text("'a'", .unexpectedByte, 0),
        text("\"", .unexpectedEnd, 1), text("\"abc", .unexpectedEnd, 4), text("\"a\nb\"", .controlCharacter, 2),
        text("\"\u{1}\"", .controlCharacter, 1), text("\"abcdefgh\tij\"", .controlCharacter, 9),
        text(#""\x""#, .invalidEscape, 2), text(#""\'""#, .invalidEscape, 2), text(#""\U0041""#, .invalidEscape, 2),
        text(#""\u""#, .invalidEscape, 3), text(#""\u12g4""#, .invalidEscape, 5), text(#""\u+123""#, .invalidEscape, 3),
        text(#""\u00é0""#, .invalidEscape, 5), text(#""a\ud800""#, .loneSurrogate, 2),
        text(#""\ud800\n""#, .loneSurrogate, 1), text(#""\ud800\u0041""#, .loneSurrogate, 1),
        text(#""\ud800\ud800""#, .loneSurrogate, 1), text(#""\udc00""#, .loneSurrogate, 1),
        text(#""\udfff\ud800""#, .loneSurrogate, 1), text(#""\ud83d\ude0x""#, .invalidEscape, 12),
        text(#""\ud83d\u"#, .unexpectedEnd, 9), text("\u{feff}1", .unexpectedByte, 0),
        text("\u{a0}1", .unexpectedByte, 0),
        text("1\0", .trailingData, 1), text("\0", .unexpectedByte, 0), text("[1\u{c}]", .unexpectedByte, 2),
        quoted([0x80], .invalidUTF8, 1), quoted([0xbf, 0x41], .invalidUTF8, 1), quoted([0xc0, 0x80], .invalidUTF8, 1),
        quoted([0xc1, 0xbf], .invalidUTF8, 1), quoted([0x41, 0xc3], .invalidUTF8, 2),
        quoted([0xe0, 0x9f, 0xbf], .invalidUTF8, 1), quoted([0xe2, 0x82], .invalidUTF8, 1),
        quoted([0xe2, 0x28, 0xa1], .invalidUTF8, 1), quoted([0xed, 0xa0, 0x80], .invalidUTF8, 1),
        quoted([0xed, 0xbf, 0xbf], .invalidUTF8, 1), quoted([0xf0, 0x8f, 0xbf, 0xbf], .invalidUTF8, 1),
        quoted([0xf0, 0x9f, 0x98], .invalidUTF8, 1), quoted([0xf4, 0x90, 0x80, 0x80], .invalidUTF8, 1),
        quoted([0xf5, 0x80, 0x80, 0x80], .invalidUTF8, 1), quoted([0xff], .invalidUTF8, 1),
        quoted([0xc3, 0xa9, 0xfe], .invalidUTF8, 3), quoted([0x5c, 0x6e, 0xff], .invalidUTF8, 3),
        quoted([0x5c, 0xff], .invalidEscape, 2), ([0xff], .unexpectedByte, 0), ([0x22, 0xe2, 0x82], .unexpectedEnd, 3),
        ([0x22, 0xf0, 0x9f], .unexpectedEnd, 3), ([0x22, 0xe2, 0x22], .invalidUTF8, 1),
    ]

    /// Documents that begin and end with a bracket or a quote, so that no prefix of them is a document.
    static let documents: [String] = [
        #"{"a":[1,-2.5e+10,true,false,null],"b":{"c":"d\u00e9\ud83d\ude00\\\"\n"},"é":"€😀","":[]}"#,
        #"["a long text that has no escape in it at all, to go through whole words", [[[]]], {"x": {}} ]"#,
        #""é€😀\ud83d\ude00\/""#,
        #"{ "api_id" : "evt-1" , "start_at" : "2022-10-04T05:20:00.000Z" , "geo" : { "latitude" : 40.7 } }"#,
    ]

    private static func number(_ text: String) -> JSON { .number(JSONNumber(text: text)!) }

    private static func text(_ text: String, _ kind: JSONError.Kind, _ offset: Int) -> ([UInt8], JSONError.Kind, Int) {
        (Array(text.utf8), kind, offset)
    }

    private static func quoted(_ bytes: [UInt8], _ kind: JSONError.Kind, _ offset: Int) -> (
        [UInt8], JSONError.Kind, Int
    ) {
        ([0x22] + bytes + [0x22], kind, offset)
    }
}
