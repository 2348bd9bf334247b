/// A value that goes into a statement or comes out of it, by SQLite's five storage classes.
public enum SQLiteValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .real(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(nilLiteral: ()) { self = .null }
}

extension SQLiteValue {
    /// The value when it is an integer; the others likewise, and none converts.
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    /// The value when it is a floating-point number.
    public var realValue: Double? { if case .real(let value) = self { value } else { nil } }
    /// The value when it is a text.
    public var textValue: String? { if case .text(let value) = self { value } else { nil } }
    /// The value when it is bytes.
    public var blobValue: [UInt8]? { if case .blob(let value) = self { value } else { nil } }
}
