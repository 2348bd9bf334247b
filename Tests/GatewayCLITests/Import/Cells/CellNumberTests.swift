import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct CellNumberTests {
    @Test(
        arguments: [
            ("40", .number("40")), ("-5", .number("-5")), ("040", .number("40")), ("40.0", .number("40")),
            ("40,0", .number("40")), ("40.5", .number("40.5")), ("0,25", .number("0.25")), ("0.125", .number("0.125")),
            ("1.000", .ambiguous("1", "1000")), ("1,000", .ambiguous("1", "1000")),
            ("1,234", .ambiguous("1.234", "1234")),
            ("12.500", .ambiguous("12.5", "12500")), ("1,000,000", .number("1000000")),
            ("1.000.000", .number("1000000")),
            ("1.234,5", .number("1234.5")), ("1,234.50", .number("1234.50")), ("1 000", .number("1000")),
            ("1\u{202f}000\u{202f}000", .number("1000000")), ("1'000", .number("1000")), ("1 000,5", .number("1000.5")),
            ("1000", .number("1000")), ("1000.000", .number("1000")), ("", .none), ("-", .none), ("a", .none),
            ("1,2,3", .none),
            ("1 00", .none), ("1.00.000", .none), (",5", .none), ("5,", .none), ("1,000.000.000", .none),
            ("1e3", .none),
            (" ", .none), ("1 ", .none),
        ] as [(String, CellNumber.Reading)])
    func aNumberIsNeverAnotherNumber(_ text: String, _ reading: CellNumber.Reading) {
        #expect(CellNumber.read(text) == reading)
    }
}
