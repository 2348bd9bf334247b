import GatewayAPI
import Settings
import Testing

@testable import GatewayCLI
@testable import Program

@Suite struct EventsCallTests {
    private func parse(_ line: String) throws -> EventsCall {
        let reading = try EventsCall.parse(line.split(separator: " ").map(String.init)[...])
        guard case .call(let call) = reading else { throw CommandFailure(.usage, "no call") }
        return call
    }

    @Test func optionsAndOperands() throws {
        let call = try parse("update --capacity 40 evt-1 --clear slug --clear=cover_url --require-approval=false")
        #expect(call.verb == .update && call.operands == ["evt-1"])
        #expect(call.all(EventsOptions.clear) == ["slug", "cover_url"])
        #expect(call.values["--capacity"] == ["40"] && call.values["--require-approval"] == ["false"])
        #expect(try parse("export -o events.csv --format csv").text(EventsOptions.output) == "events.csv")
        #expect(try parse("export -o -").text(EventsOptions.output) == "-")
        #expect(try parse("get -- --strange-id").operands == ["--strange-id"])
        #expect(try parse("list --sort -start_at").text(EventsOptions.sort) == "-start_at")
    }

    @Test func aValueMayBeginLikeAnOption() throws {
        let text = "-- bring a towel"
        for arguments in [["--description", text], ["--description=" + text]] {
            guard case .call(let call) = try EventsCall.parse(["create", "--name", "x"] + arguments[...]) else {
                Issue.record("no call")
                continue
            }
            #expect(call.values["--description"] == [text])
        }
        #expect(try parse("create --name --yes-we-can").values["--name"] == ["--yes-we-can"])
        #expect(try parse("create --name=--zone").values["--name"] == ["--zone"])
    }

    @Test func everyVerbHasHelp() throws {
        for verb in EventsVerb.allCases {
            #expect(try EventsCall.parse([verb.rawValue, "--help"]) == .help(verb))
            #expect(try Command.parse(["help", "events", verb.rawValue]) == .help(.family("events", verb.rawValue)))
            #expect(try Command.parse(["events", "help", verb.rawValue]) == .help(.family("events", verb.rawValue)))
        }
        #expect(try EventsCall.parse(["--help"]) == .help(nil))
        #expect(try Command.parse(["help", "events"]) == .help(.family("events", nil)))
    }

    @Test(arguments: [
        ("", "events (command line): needs a command: "), ("lst", "did you mean list?"),
        ("list --al", "--al (command line): is not an option of events list; did you mean --all?"),
        ("list x", "\"x\" (command line): is an unexpected argument"), ("get", "needs the id of an event"),
        ("get a b", "\"b\" (command line): is an unexpected argument"),
        ("list --limit", "--limit (command line): needs a value"),
        // The value was forgotten: the next option is not it.
        ("cancel x --key --yes", "--key (command line): needs a value"),
        ("cancel x --key --yes", "needs a value: KEY; one that is an option's name is written --key=--yes"),
        ("update x --key --zone=UTC", "is written --key=--zone"),
        ("cancel x --key --", "is written --key=--"),
        ("list --all=yes", "--all (command line): takes no value"), ("list --all --all", "is set twice"),
        ("list --sort name", "expected start_at or -start_at"),
        ("create --require-approval=maybe", "expected true or false"),
        // On a terminal it does nothing, and what may be a key is not repeated.
        ("\u{1b}]0;owned\u{7}x", "events ]0;owned x (command line): is not a command"),
        ("luma_0123456789abcdefghijklmnop", "events luma_012… (31 characters) (command line): is not a command"),
        ("create Tea", "\"Tea\" (command line): is an unexpected argument; did you mean --name?"),
        ("export --format xml", "expected one of json, ndjson, csv, ics"),
    ])
    func mistakes(line: String, problem: String) throws {
        let errors = try #require(throws: ConfigurationErrors.self) { try parse(line) }
        #expect(errors.exitCode == 64)
        #expect(errors.description.contains(problem), "\(errors)")
    }
}
