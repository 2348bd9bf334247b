import Formats
import GatewayAPI
import Settings
import Testing

@testable import GatewayCLI

@Suite struct ImportOptionsTests {
    private func parse(_ arguments: [String]) throws -> ImportOptions {
        guard case .call(let call) = try EventsCall.parse(["import"] + arguments) else {
            throw CommandFailure(.usage, "no call")
        }
        return try ImportOptions(call)
    }

    @Test func optionsAreRead() throws {
        let options = try parse([
            "--map", "Title=name", "a.CSV", "--map=Notes=", "--zone", "Asia/Tokyo", "--parallel=8", "--dry-run",
            "--skip-invalid", "--allow-duplicates", "--name", "x", "--json", "--template", "workshop",
        ])
        #expect(options.file == "a.CSV" && options.report == "a.CSV.import.ndjson")
        #expect(options.planning.format == .csv && options.planning.zone == "Asia/Tokyo")
        #expect(
            options.planning.map == [ImportMapping(from: "Title", to: "name"), ImportMapping(from: "Notes", to: "")])
        #expect(options.parallel == 8 && options.isDryRun && options.skipsInvalid && options.isJSON)
        #expect(options.planning.name == "x" && options.planning.template == "workshop")
        #expect(options.planning.allowsDuplicates)
        for name in ["a.tsv", "a.TXT", "a.xlsx", "a.xls", "a.ods", "a.numbers"] {
            #expect(try parse([name]).planning.format == .csv)
        }
        let table = try parse([
            "a", "--format", "csv", "--separator", "tab", "--encoding", "windows-1252", "--date-format", "dmy",
            "--header-row", "3", "--allow-loss",
        ])
        #expect(table.planning.table.separator == 0x09 && table.planning.table.encoding == .windows1252)
        #expect(table.planning.table.headerRow == 3 && table.planning.dateOrder == .dmy && table.allowsLoss)
        #expect(try parse(["x", "--format", "ics"]).planning.format == .ics)
        #expect(try parse(["-", "--format", "csv", "--report", "r"]).report == "r")
    }

    @Test(arguments: [
        (["a.doc"], "--format: must say what the file is: csv (any table in text), ndjson or ics"),
        (["a.csv", "--separator", ";;"], "--separator: expected one character"),
        (["a.csv", "--separator", "\""], "--separator: expected one character"),
        (["a.csv", "--header-row", "0"], "--header-row: expected a number from 1 to 1000"),
        (["a.csv", "--zone", "Mars"], "--zone: expected an IANA time zone"),
        (["a.csv", "--parallel", "0"], "--parallel: expected a number from 1 to 32"),
        (["a.csv", "--parallel", "33"], "--parallel: expected a number from 1 to 32"),
        (["-", "--format", "csv"], "--report: must name a file"),
        (["a.csv", "--map", "Title"], "--map: must be COLUMN=FIELD"),
        (["a.csv", "--map", "Title=nam"], "--map: is not a field of an event; did you mean name?"),
    ])
    func aWrongUseIsNamed(arguments: [String], text: String) {
        let failure = #expect(throws: CommandFailure.self) { try parse(arguments) }
        #expect(failure?.status == .usage)
        #expect(failure?.lines.first?.hasPrefix(text) == true, "\(failure?.lines ?? [])")
    }

    @Test(arguments: [
        ([], "needs the name of a file"), (["a.csv", "b.csv"], "\"b.csv\" (command line): is an unexpected argument"),
        (["a.csv", "--zonr", "UTC"], "did you mean --zone?"),
        (["a.csv", "--format", "xls"], "expected one of csv, ndjson, ics"),
    ])
    func aCommandLineThatCannotBeReadIsRefused(arguments: [String], text: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try parse(arguments) }
        #expect(errors?.description.contains(text) == true, "\(errors?.description ?? "")")
    }
}
