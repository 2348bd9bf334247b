import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct ExportFormatTests {
    @Test(
        arguments: [
            ("e.csv", .csv), ("e.CSV", .csv), ("a.b/e.ics", .ics), ("e.jsonl", .ndjson), ("e.json", .json), ("e", nil),
            ("a.b/e", nil), ("-", nil), (".events", nil), ("/dev/stdout", nil),
        ] as [(String, ExportFormat?)])
    func theNameOfAFileSaysTheFormat(_ path: String, _ format: ExportFormat?) throws {
        #expect(try ExportFormat(path: path, isGiven: false) == format)
    }

    @Test(arguments: ["e.xlsx", "e.XLS", "e.ods", "e.numbers", "e.xml", "e.txt", "e."])
    func noFileIsOfAnotherKindThanItSays(_ path: String) {
        #expect(throws: CommandFailure.self) { try ExportFormat(path: path, isGiven: false) }
    }

    @Test func whoSaysTheFormatMayNameTheFileButNotAWorkbook() throws {
        #expect(try ExportFormat(path: "e.txt", isGiven: true) == nil)
        #expect(throws: CommandFailure.self) { try ExportFormat(path: "e.xlsx", isGiven: true) }
    }
}
