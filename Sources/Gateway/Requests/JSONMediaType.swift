/// The media types whose content is JSON.
enum JSONMediaType {
    /// `application/json` or a `+json` type (RFC 9110 §8.3, RFC 6839), unless a parameter says that it is in another charset
    /// than UTF-8, which JSON between systems always is (RFC 8259 §8.1).
    static func isOne(_ contentType: String) -> Bool {
        // What nearly everybody sends needs no reading by characters.
        if contentType == "application/json" { return true }
        let parts = contentType.split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        let type = parts.first ?? ""
        guard type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json")) else {
            return false
        }
        return parts.dropFirst().allSatisfy { parameter in
            guard parameter.hasPrefix("charset=") else { return true }
            return ["utf-8", "utf8", "us-ascii"].contains(parameter.dropFirst(8).filter { $0 != "\"" })
        }
    }
}
