/// A pattern for names: `*` stands for any characters, `?` for one, everything else for itself.
public struct NamePattern: Sendable, Hashable {
    /// The longest pattern, in bytes.
    public static let longest = 128

    /// As it was written.
    public let text: String

    /// Nil for what no name can fit: names are made of letters, digits, `_`, `-` and `.`.
    public init?(_ text: some StringProtocol) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isPart) else { return nil }
        self.text = String(text)
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: byte.isASCIIAlphanumeric
        }
    }

    /// Whether a name fits, letter by letter. Takes at most as many steps as pattern and name have bytes, multiplied.
    public func fits(_ name: String) -> Bool {
        text.utf8.span.bytes.withUnsafeBytes { pattern in
            name.utf8.span.bytes.withUnsafeBytes { name in Self.fits(pattern, name) }
        }
    }

    private static func fits(_ pattern: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) -> Bool {
        var (place, position) = (0, 0)
        // Where to go on when what follows the last star does not fit: the star takes one byte more then.
        var retry: (place: Int, position: Int)?
        while position < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                place += 1
                retry = (place, position)
            } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == name[position] {
                place += 1
                position += 1
            } else if let last = retry {
                (place, position) = (last.place, last.position + 1)
                retry = (place, position)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// Lets through what has a name that is allowed and not denied.
public struct ToolFilter: Sendable, Hashable {
    /// Patterns of one filter.
    public static let maxPatterns = 256

    /// One of them has to fit; none at all allows every name.
    public let allowed: [NamePattern]
    /// None of them may fit, whatever is allowed.
    public let denied: [NamePattern]

    /// A filter of these patterns.
    public init(allowed: [NamePattern], denied: [NamePattern] = []) {
        self.allowed = allowed
        self.denied = denied
    }

    /// Reads patterns, of which one that begins with `!` denies; nil when one is no pattern or there are too many.
    public init?(_ words: [some StringProtocol]) {
        guard !words.isEmpty, words.count <= Self.maxPatterns else { return nil }
        var (allowed, denied): ([NamePattern], [NamePattern]) = ([], [])
        for word in words {
            let isDenied = word.first == "!"
            guard let pattern = NamePattern(isDenied ? word.dropFirst() : word[...]) else { return nil }
            if isDenied { denied.append(pattern) } else { allowed.append(pattern) }
        }
        self.init(allowed: allowed, denied: denied)
    }

    /// Lets nothing through.
    public static let nothing = ToolFilter(allowed: [], denied: ["*"].compactMap { NamePattern($0) })

    /// Whether what has this name is let through.
    public func admits(_ name: String) -> Bool {
        (allowed.isEmpty || allowed.contains { $0.fits(name) }) && !denied.contains { $0.fits(name) }
    }
}

/// Sets of tools that a request has chosen by name. What is in them is asked anew for each request, as it may be changed
/// while the program runs.
public struct Toolset: Sendable {
    /// The names, as they were chosen, with commas between.
    public let name: String
    private let current: @Sendable () -> [ToolFilter]

    /// - Parameter current: the sets as they are now, of which one has to let a tool through; none lets nothing through.
    public init(_ name: String, current: @escaping @Sendable () -> [ToolFilter]) {
        self.name = name
        self.current = current
    }

    /// The sets as they are now.
    public var filters: [ToolFilter] { current() }
}
