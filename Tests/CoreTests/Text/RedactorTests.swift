import Core
import Testing

/// A secret is taken out of a foreign text in whatever form it stands there.
@Suite struct RedactorTests {
    static let key = "secret-K3y/with+odd=chars~42"
    static let redactor = Redactor([Secret(key)])

    /// The same by another way than the one that is tested.
    static func base64(_ text: String, urlSafe: Bool = false) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + (urlSafe ? "-_" : "+/"))
        var output = ""
        var rest = Array(text.utf8)
        while !rest.isEmpty {
            let part = Array(rest.prefix(3))
            rest.removeFirst(part.count)
            let padded = part + [UInt8](repeating: 0, count: 3 - part.count)
            let bits = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
            for index in 0..<4 {
                output.append(index <= part.count ? alphabet[bits >> (18 - 6 * index) & 63] : "=")
            }
        }
        return output
    }

    static func percent(_ text: String, all: Bool, lower: Bool = false) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            if isPlain && !all { return String(UnicodeScalar(byte)) }
            let hex = String(byte, radix: 16, uppercase: !lower)
            return "%" + (hex.count == 1 ? "0" : "") + hex
        }.joined()
    }

    static let forms: [String] = [
        key, key.uppercased(), percent(key, all: false), percent(key, all: true), percent(key, all: true, lower: true),
        percent(percent(key, all: false), all: false), base64(key), base64(key, urlSafe: true), base64("x:" + key),
        base64("user:" + key + ":more"), base64("a:" + key), percent(base64(key), all: false),
        percent(base64(key), all: true),
    ]

    @Test(arguments: forms) func everyFormIsTakenOut(form: String) {
        for text in [form, "Bad key \(form).", "\(form)\(form)", "ü\(form)ü", "50% of \(form)", "%\(form)%4"] {
            let told = Self.redactor.redacted(text)
            #expect(told.contains(Redactor.mark), "\(text)")
            #expect(Self.redactor.isNeeded(for: text) && !Self.redactor.isNeeded(for: told))
            for part in [Self.key, "K3y/with", "K3y%2Fwith"] { #expect(!told.contains(part), "\(told)") }
        }
        #expect(Self.redactor.redacted("Bad key \(Self.key).") == "Bad key [removed].")
        #expect(
            Self.redactor.redacted("a\(Self.key) b\(Self.percent(Self.key, all: true))c") == "a[removed] b[removed]c")
    }

    /// Cut anywhere, what is left of a form does no harm to the rest, and nothing else is touched.
    @Test func otherTextsStayAsTheyAre() {
        for text in [
            "", "%", "%4", "%zz", "Slug is taken", "100 % sure: %41%42", "sécrèt-K3y", String(Self.key.dropLast()),
        ] {
            #expect(Self.redactor.redacted(text) == text && !Self.redactor.isNeeded(for: text))
        }
        for form in Self.forms {
            for count in 0..<min(form.count, 20) {
                let part = String(form.prefix(count))
                #expect(Self.redactor.redacted(part) == part)
            }
        }
    }

    @Test func moreSecretsAreAdded() {
        let both = Self.redactor.adding([Secret("cancel-token")])
        #expect(both.redacted("a \(Self.key) b cancel-token c") == "a [removed] b [removed] c")
        #expect(!Self.redactor.isNeeded(for: "cancel-token"))
        #expect(Self.redactor.adding([]).redacted(Self.key) == "[removed]")
    }

    @Test func aDocumentIsSearchedInValuesAndNames() {
        let key = JSON.string("Bearer \(Self.key)")
        let told = Self.redactor.redacted(["a": key, "b": [key, 1, true, .null], "c": ["d": key]])
        let rest: JSON = "Bearer [removed]"
        #expect(told == ["a": rest, "b": [rest, 1, true, .null], "c": ["d": rest]])
        let names = JSONObject([(Self.key, 1), ("e", 2), (Self.key.uppercased(), 3)])
        #expect(Self.redactor.redacted(.object(names)) == ["[removed]": 1, "e": 2])
        #expect(Redactor([]).redacted(key) == key)
    }

    /// A short key would be found in many words.
    @Test func aShortSecretIsNotLookedFor() {
        #expect(Redactor([Secret("key"), Secret("")]).redacted("Your API key is bad") == "Your API key is bad")
        #expect(Redactor([]).redacted("x") == "x")
    }
}
