/// Looks at an answer while it comes in, and says as early as can be told that it is not what was asked for.
public struct FetchInspector: Sendable {
    /// Octets in which an image has to tell its size.
    static let maxHead = 1 << 20
    /// What a kind is told by.
    private static let signature = 12
    /// Types by which a server says that it knows none.
    private static let unsaid = ["application/octet-stream", "binary/octet-stream"]

    private let rule: FetchRule
    private let declared: String?
    /// Octets so far.
    public private(set) var octets = 0
    private var head: [UInt8] = []
    private var kind: ImageKind?
    private var isKindKnown = false
    private var isSettled = false

    /// Begins with the head of the last answer.
    /// - Parameter fields: with names in lower case.
    /// - Throws: why no more of it is wanted.
    public init(_ rule: FetchRule, status: Int, _ fields: [Field]) throws(FetchFailure.Reason) {
        guard status == 200 else { throw .status(status) }
        guard !fields.contains(where: Self.isCoded) else { throw .encoding }
        self.rule = rule
        let contentType = fields.first { $0.name == "content-type" }?.value
        declared = contentType.map(Self.plainType).flatMap { $0.isEmpty || Self.unsaid.contains($0) ? nil : $0 }
        if let declared { try check(declared) }
    }

    /// The type as it is: that of the octets, else the one that the server says.
    public var mediaType: String? { kind?.mediaType ?? declared }

    /// Takes the next piece of the body.
    /// - Throws: why no more of it is wanted.
    public mutating func take(_ piece: UnsafeRawBufferPointer) throws(FetchFailure.Reason) {
        guard piece.count <= rule.maxBytes - octets else { throw .tooLarge(rule.maxBytes) }
        octets += piece.count
        guard !isSettled else { return }
        head.append(contentsOf: piece.prefix(Self.maxHead - head.count))
        try look(isWhole: false)
    }

    /// The body is whole.
    public mutating func finish() throws(FetchFailure.Reason) {
        if !isSettled { try look(isWhole: true) }
    }

    private mutating func look(isWhole: Bool) throws(FetchFailure.Reason) {
        if !isKindKnown {
            guard isWhole || head.count >= Self.signature else { return }
            isKindKnown = true
            kind = ImageKind(head)
            if let kind {
                try check(kind.mediaType)
            } else if let declared {
                // One of these says by its first octets that it is one.
                if ImageKind.allCases.contains(where: { $0.mediaType == declared }) { throw .content }
            } else {
                try check(Self.unsaid[0])
            }
        }
        guard let kind else { return settle() }
        switch ImageSize.read(kind, head) {
        case .size(let width, let height):
            guard width <= FetchRule.maxSide, height <= FetchRule.maxSide else { throw .side(FetchRule.maxSide) }
            guard width * height <= rule.maxPixels else { throw .pixels(rule.maxPixels) }
            settle()
        case .broken: throw .content
        case .needsMore: if isWhole || head.count >= Self.maxHead { throw .content }
        }
    }

    private mutating func settle() {
        isSettled = true
        head = []
    }

    /// Whether the field says that the octets have to be decoded (RFC 9110 §8.4, RFC 9112 §7). libcurl undoes codings of a transfer
    /// unasked, and takes what breaks off within one for the whole.
    private static func isCoded(_ field: Field) -> Bool {
        let plain: [String]
        switch field.name {
        case "content-encoding": plain = ["", "identity"]
        case "transfer-encoding": plain = ["", "identity", "chunked"]
        default: return false
        }
        return field.value.split(separator: ",").contains { coding in
            !plain.contains(coding.filter { $0 != " " && $0 != "\t" }.lowercased())
        }
    }

    private func check(_ type: String) throws(FetchFailure.Reason) {
        if !rule.types.isEmpty, !rule.types.contains(type) { throw .type(rule.types) }
    }

    /// A media type without parameters, in lower case (RFC 9110 §8.3.1), and by its one registered name.
    private static func plainType(_ text: String) -> String {
        let name = text.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        return ["image/jpg", "image/pjpeg"].contains(name) ? "image/jpeg" : name
    }
}
