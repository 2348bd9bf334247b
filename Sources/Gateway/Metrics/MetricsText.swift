/// Writes metrics in the text format of Prometheus, version 0.0.4.
///
/// A family is begun once with its help and type, then come its samples. Names are ours and constant; only the values of
/// labels are escaped.
struct MetricsText {
    enum Kind: String { case counter, gauge, histogram }

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    typealias Label = (name: StaticString, value: String)

    private(set) var bytes: [UInt8] = []
    private var family: StaticString = ""

    /// Begins a family of samples.
    mutating func begin(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
        family = name
        append("# HELP \(name) ")
        for byte in help.description.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            default: bytes.append(byte)
            }
        }
        append("\n# TYPE \(name) \(kind.rawValue)\n")
    }

    /// One sample of the family that was begun last.
    mutating func sample(_ value: Double, suffix: StaticString = "", _ labels: [Label] = []) {
        append("\(family)\(suffix)")
        var separator = "{"
        for (name, value) in labels {
            append(separator + "\(name)=\"")
            appendEscaped(value)
            append("\"")
            separator = ","
        }
        append(labels.isEmpty ? " " : "} ")
        append(Self.text(value) + "\n")
    }

    mutating func sample(_ value: some BinaryInteger, suffix: StaticString = "", _ labels: [Label] = []) {
        sample(Double(value), suffix: suffix, labels)
    }

    /// A family of one sample without labels.
    mutating func single(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ value: Double) {
        begin(name, kind, help)
        sample(value)
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A backslash, a quote and a line feed are escaped; all else is UTF-8 as it is.
    private mutating func appendEscaped(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\n"): append("\\n")
            default: bytes.append(byte)
            }
        }
    }

    /// A whole number without a fraction, anything else as Swift writes it, which a reader of Go's numbers takes.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }
}
