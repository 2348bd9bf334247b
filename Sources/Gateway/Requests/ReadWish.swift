import HTTP

/// What a caller says about cached responses, by its Cache-Control (RFC 9111 §5.2.1).
struct ReadWish: Sendable, Equatable {
    /// No older than this, in seconds; 0 asks for an answer from Luma itself, as `no-cache` does.
    var maxAge: Double = .infinity
    /// The answer may be kept for others.
    var mayStore = true
    /// Nothing may be asked of Luma.
    var onlyIfCached = false

    /// A cached response may be given.
    var mayUse: Bool { maxAge > 0 }

    init() {}

    /// Reads the directives; what is not known or not well-formed says nothing.
    init(_ cacheControl: String?) {
        guard let cacheControl else { return }
        for part in cacheControl.lowercased().split(separator: ",") {
            let directive = part.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
            switch directive {
            case "no-cache": maxAge = 0
            case "no-store": (maxAge, mayStore) = (0, false)
            case "only-if-cached": onlyIfCached = true
            default:
                guard directive.hasPrefix("max-age="), let seconds = UInt32(directive.dropFirst(8)) else { continue }
                maxAge = min(maxAge, Double(seconds))
            }
        }
    }
}
