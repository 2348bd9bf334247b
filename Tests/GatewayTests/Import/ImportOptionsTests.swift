import Testing

@testable import Gateway

@Suite struct ImportOptionsTests {
    private func parse(_ arguments: [String]) throws -> ImportOptions? { try ImportOptions.parse(arguments[...]) }

    @Test func optionsAreRead() throws {
        let options = try #require(
            try parse([
                "--map", "Title=name", "a.CSV", "--map=Notes=", "--zone", "Asia/Tokyo", "--parallel=8", "--dry-run",
                "--skip-invalid", "--allow-duplicates", "--server", "http://localhost:81/", "--name", "x", "--json",
                "--template", "workshop",
            ]))
        #expect(options.file == "a.CSV" && options.report == "a.CSV.import.ndjson")
        #expect(options.planning.format == .csv && options.planning.zone == "Asia/Tokyo")
        #expect(
            options.planning.map == [ImportMapping(from: "Title", to: "name"), ImportMapping(from: "Notes", to: "")])
        #expect(options.parallel == 8 && options.isDryRun && options.skipsInvalid && options.isJSON)
        #expect(options.server == "http://localhost:81" && options.planning.name == "x")
        #expect(options.planning.template == "workshop" && options.planning.allowsDuplicates)
        #expect(try parse(["x", "--format", "ics"])?.planning.format == .ics)
        #expect(try parse(["a.csv", "-h"]) == nil)
    }

    @Test(arguments: [
        ([], "FILE (command line): is missing: which file?"),
        (["a.csv", "b.csv"], "FILE (command line): must be one file"),
        (["a.txt"], "--format (command line): must say what the file is: csv, ndjson or ics"),
        (["a.csv", "--format", "xls"], "--format (command line): must be csv, ndjson or ics"),
        (["a.csv", "--zonr", "UTC"], "--zonr (command line): is not an option of events import; did you mean --zone?"),
        (["a.csv", "--zone", "Mars"], "--zone (command line): must be an IANA time zone"),
        (["a.csv", "--parallel", "0"], "--parallel (command line): must be a number from 1 to 32"),
        (["a.csv", "--parallel", "33"], "--parallel (command line): must be a number from 1 to 32"),
        (["a.csv", "--json=yes"], "--json (command line): takes no value"),
        (["a.csv", "--json", "--json"], "--json (command line): is given twice"),
        (["a.csv", "--report"], "--report (command line): needs a value: FILE"),
        (["-", "--format", "csv"], "--report (command line): must name a file for standard input"),
        (["a.csv", "--server", "http://example.com"], "--server (command line): must be an https URL"),
        (["a.csv", "--map", "Title"], "--map (command line): must be COLUMN=FIELD"),
        (["a.csv", "--map", "Title=nam"], "--map (command line): names no field of an event; did you mean name?"),
    ])
    func aWrongUseIsNamed(arguments: [String], text: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try parse(arguments) }
        #expect(errors?.exitCode == 64)
        #expect(errors?.errors.contains { "\($0)".hasPrefix(text) } == true, "\(errors?.description ?? "")")
    }

    @Test func theHelpNamesEveryOptionAndFitsATerminal() {
        let text = Help.text(.importEvents)
        for option in ImportOption.allCases { #expect(text.contains("  \(option.rawValue)")) }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}
