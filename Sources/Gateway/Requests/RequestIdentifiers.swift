import Core
import HTTP

/// Gives each request its id: the caller's `X-Request-Id` when it is fit to repeat, else a new one.
struct RequestIdentifiers {
    /// 32 characters, so that five bits make one; without those that look alike.
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    private var numbers: SeededGenerator
    /// The two characters of ten bits, as they stand in memory.
    private let pairs: [UInt16]

    /// Starts at a random point; ids of one loop never repeat within 2^64 requests.
    init() {
        numbers = SeededGenerator(seed: .random(in: .min ... .max))
        pairs = (0..<1024).map { (UInt16(Self.letter($0)) | UInt16(Self.letter($0 >> 5)) << 8).littleEndian }
    }

    private static func letter(_ number: Int) -> UInt8 { alphabet.utf8Start[number & 31] }

    mutating func identifier(for request: RequestView) -> String {
        if let given = request.field("x-request-id"), Self.isFit(given) { return given }
        return next()
    }

    /// 13 letters and digits: short enough for Swift to keep inline, without an allocation.
    mutating func next() -> String {
        var number = numbers.next()
        return String(unsafeUninitializedCapacity: 13) { buffer in
            let text = UnsafeMutableRawBufferPointer(buffer)
            for index in 0..<6 {
                text.storeBytes(of: pairs[Int(number & 1023)], toByteOffset: 2 * index, as: UInt16.self)
                number >>= 10
            }
            text[12] = Self.letter(Int(number))
            return 13
        }
    }

    /// Visible ASCII, at most 128 characters: what may stand in a field and in a log line as it came.
    static func isFit(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
    }
}

/// Where a request stands in a trace that its caller has begun (W3C Trace Context, level 1).
///
/// The gateway is a step of its own: it keeps the trace, and gives its calls to Luma a parent of its own making.
struct TraceContext: Sendable, Equatable {
    /// 32 lower-case hexadecimal digits, not all 0.
    let traceID: String
    /// 16 of them: this gateway's part.
    let spanID: String
    /// The caller records the trace.
    let isSampled: Bool

    /// Goes on with the caller's trace; a value that is not well-formed begins a new one, as the standard says.
    ///
    /// - Parameter value: of the one `traceparent` field; nil when there are several.
    init(continuing value: UnsafeRawBufferPointer?, _ random: inout some RandomNumberGenerator) {
        let known = value.flatMap(Self.parse)
        isSampled = known?.isSampled ?? false
        traceID = known?.traceID ?? Self.digits(random.next() | 1) + Self.digits(random.next())
        spanID = Self.digits(random.next() | 1)
    }

    /// The field for whoever is called next.
    var traceparent: String { "00-\(traceID)-\(spanID)-0\(isSampled ? 1 : 0)" }

    /// The trace of a `traceparent`: version, trace, parent and flags. A later version may have more after them.
    static func parse(_ value: UnsafeRawBufferPointer) -> (traceID: String, isSampled: Bool)? {
        let dash = UInt8(ascii: "-")
        guard value.count >= 55, value[2] == dash, value[35] == dash, value[52] == dash,
            let version = number(value[0..<2]), version != 0xff,
            value.count == 55 || (version > 0 && value[55] == dash)
        else { return nil }
        guard isIdentifier(value[3..<35]), isIdentifier(value[36..<52]), let flags = number(value[53..<55]) else {
            return nil
        }
        return (String(decoding: value[3..<35], as: UTF8.self), flags & 1 == 1)
    }

    private static func isIdentifier(_ octets: Slice<UnsafeRawBufferPointer>) -> Bool {
        octets.allSatisfy { digit($0) != nil } && octets.contains { $0 != UInt8(ascii: "0") }
    }

    private static func number(_ octets: Slice<UnsafeRawBufferPointer>) -> UInt8? {
        var number: UInt8 = 0
        for octet in octets {
            guard let digit = digit(octet) else { return nil }
            number = number << 4 | digit
        }
        return number
    }

    /// Capital letters are not allowed.
    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
