import Core
import MCP
import Testing
import ToolSources

@Suite struct PluginOutputTests {
    private static func reader(
        _ form: PluginCommand.Output, overflow: PluginCommand.Overflow = .error, asked: Double? = nil
    ) -> PluginOutput {
        var command = PluginCommand("run")
        command.outputForm = form
        command.overflow = overflow
        command.timeoutSeconds = asked
        let policy = PluginPolicy("p", grants: PluginGrants(), requests: PluginRequests()).command(command)
        return PluginOutput(
            command, policy: policy, outputBytes: 1 << 20, redactor: Redactor([Secret("hunter2-hunter2")]))
    }

    private static func outcome(
        _ form: PluginCommand.Output, _ output: String, code: Int32 = 0, stderr: String = ""
    ) -> PluginOutcome {
        reader(form).outcome(of: PluginRun(.exited(code), output: Array(output.utf8), errorOutput: Array(stderr.utf8)))
    }

    /// The one message of a failure, which stands in the text and in the structured part.
    private static func message(_ outcome: PluginOutcome, _ code: PluginErrorCode) -> String? {
        #expect(outcome.code == code && outcome.result.isError)
        let error = outcome.result.structured?["error"]
        #expect(error?["code"]?.stringValue == code.rawValue)
        #expect(outcome.result.content.first?.text == error?["message"]?.stringValue)
        return error?["message"]?.stringValue
    }

    // MARK: Success

    @Test(
        arguments: [
            (PluginCommand.Output.text, "hello\n", "hello", nil), (.text, "", "", nil),
            (.text, "a\nb\r\n\n", "a\nb", nil),
            (.text, " {\"a\": 1}\n", " {\"a\": 1}", ["a": 1]), (.text, "[1]", "[1]", nil),
            (.text, "{\"a\":", "{\"a\":", nil),
            (.text, "\u{1b}[31mred\u{1b}[0m \u{202e}x", "red x", nil),
            (.text, "token hunter2-hunter2!", "token [removed]!", nil),
            (
                .text, #"{"status":"success","error":null}"#, #"{"status":"success","error":null}"#,
                ["status": "success", "error": nil]
            ),
            (.text, #"{"ok":true,"error":""}"#, #"{"ok":true,"error":""}"#, ["ok": true, "error": ""]),
            (.json, #"{ "a" : "x" }"#, #"{"a":"x"}"#, ["a": "x"]),
            (.json, "[1,2]", #"{"result":[1,2]}"#, ["result": [1, 2]]),
            (.json, "5\n", #"{"result":5}"#, ["result": 5]),
            (.json, #"{"a":"hunter2-hunter2\u200b"}"#, #"{"a":"[removed]"}"#, ["a": "[removed]"]),
            (.json, #"{"hunter2-hunter2":1}"#, #"{"[removed]":1}"#, ["[removed]": 1]),
        ] as [(PluginCommand.Output, String, String, JSONObject?)])
    func whatAPluginSaysIsItsResult(form: PluginCommand.Output, output: String, text: String, structured: JSONObject?) {
        let outcome = Self.outcome(form, output)
        #expect(outcome == Self.outcome(form, output) && outcome.code == nil && !outcome.result.isError)
        #expect(outcome.result.content == [.text(text)])
        #expect(outcome.result.structured == structured)
    }

    @Test func octetsThatAreNoTextAreReplaced() {
        let run = PluginRun(.exited(0), output: [0x61, 0xff, 0x62, 0x0a])
        #expect(Self.reader(.text).outcome(of: run).result.content == [.text("a\u{fffd}b")])
    }

    // MARK: Failure in spite of a good end

    @Test(arguments: [
        (#"{"error":"no such app"}"#, "no such app"), (#"{"status":"error","message":"bad"}"#, "bad"),
        (#"{"status":"FAILED"}"#, "The plugin reports a failure."), (#"{"status":"failure","detail":"d"}"#, "d"),
        (#"{"ok":false,"error":"division_by_zero"}"#, "division_by_zero"),
        (#"{"ok":false}"#, "The plugin reports a failure."),
        (#"{"error":{"message":"m","code":5}}"#, "m"), (#"{"error":{"code":5}}"#, #"{"code":5}"#),
        (#"{"error":["a"]}"#, #"["a"]"#),
        (#"{"error":true}"#, "true"), (#"{"error":"with hunter2-hunter2 in it"}"#, "with [removed] in it"),
    ])
    func aDocumentThatSaysSoIsAFailure(output: String, message: String) {
        for form in [PluginCommand.Output.text, .json] {
            #expect(Self.message(Self.outcome(form, output), .pluginError) == message)
            #expect(Self.message(Self.outcome(form, output, code: 1), .pluginError) == message)
        }
    }

    @Test func whatElseAFailureSaysIsKept() {
        let outcome = Self.outcome(.text, #"{"ok":false,"error":"invalid","hint":"use add"}"#)
        #expect(outcome.result.structured?["output"]?["hint"] == "use add")
        let long = #"{"error":"x","log":""# + String(repeating: "l", count: 20_000) + #""}"#
        #expect(Self.outcome(.text, long).result.structured?["output"] == nil)
    }

    @Test(arguments: ["{", "no", "", #"{"a":1}x"#])
    func whatIsNoJSONIsTold(output: String) {
        let message = Self.message(Self.outcome(.json, output), .invalidOutput)
        #expect(message?.contains("not valid json: ") == true)
    }

    // MARK: A bad end

    @Test(arguments: [
        (#"{"error":"e"}"#, "ignored", "e"), ("plain\ntext\n", "ignored", "plain\ntext"),
        (#"{"a":1}"#, "", #"{"a":1}"#),
        ("", "first\nlast \n\n", "last"), (" \n", "\u{1b}[31mred\u{1b}[0m\n", "red"),
        ("", "", "The plugin exited with status 3 and wrote nothing."),
        ("", "Traceback\nhunter2-hunter2", "[removed]"),
    ])
    func theReasonIsLookedForInOrder(output: String, stderr: String, message: String) {
        #expect(Self.message(Self.outcome(.text, output, code: 3, stderr: stderr), .pluginError) == message)
    }

    @Test func messagesAreBounded() {
        let long = String(repeating: "x", count: 5000)
        #expect(Self.message(Self.outcome(.text, long, code: 1), .pluginError)?.count == 2001)
        #expect(Self.message(Self.outcome(.text, "", code: 1, stderr: long), .pluginError)?.count == 401)
        #expect(Self.message(Self.outcome(.json, #"{"error":"\#(long)"}"#), .pluginError)?.count == 2001)
    }

    @Test(arguments: [
        (PluginRun.End.signalled(9), PluginErrorCode.pluginError, "signal 9 (SIGKILL)"),
        (.signalled(63), .pluginError, "signal 63."), (.deadline, .timeout, "within 30 seconds"),
        (.outputTooLarge, .outputTooLarge, "1048576 bytes"), (.cancelled, .cancelled, "cancelled"),
        (.busy, .busy, "wait to be started"), (.overdue, .busy, "within the 30 seconds"),
        (.unavailable, .pluginUnavailable, "could not be started"),
    ])
    func everyOtherEndHasItsWord(end: PluginRun.End, code: PluginErrorCode, text: String) {
        let outcome = Self.reader(.text).outcome(of: PluginRun(end, output: Array("half".utf8)))
        #expect(Self.message(outcome, code)?.contains(text) == true)
        #expect(outcome.retryAfterSeconds == (code == .busy ? 1 : nil))
    }

    @Test func aDeadlineSaysWhatWasAskedFor() {
        let outcome = Self.reader(.text, asked: 120).outcome(of: PluginRun(.deadline))
        let message = Self.message(outcome, .timeout)
        #expect(message?.contains("It asks for 120 seconds.") == true && message?.contains("at most 900") == true)
    }

    // MARK: Too much

    @Test func theKeptPartIsShownWithAMark() {
        func text(_ overflow: PluginCommand.Overflow, _ octets: [UInt8]) -> String? {
            Self.reader(.text, overflow: overflow).outcome(of: PluginRun(.exited(0), output: octets, omitted: 7)).result
                .content.first?.text
        }
        #expect(text(.head, Array("abc".utf8)) == "abc\n[7 bytes of output are not shown]")
        #expect(text(.tail, Array("abc".utf8)) == "[7 bytes of output are not shown]\nabc")
        #expect(text(.head, Array("aé".utf8.dropLast())) == "a\n[7 bytes of output are not shown]")
        #expect(text(.head, Array("aé".utf8)) == "aé\n[7 bytes of output are not shown]")
        #expect(text(.tail, Array("€b".utf8.dropFirst())) == "[7 bytes of output are not shown]\nb")
        #expect(text(.tail, Array("€b".utf8)) == "[7 bytes of output are not shown]\n€b")
        for octets in [[], [0x80], [0xf0], [0x80, 0x80, 0x80, 0x80, 0x80], [0xe2, 0x82]] as [[UInt8]] {
            #expect(text(.head, octets) != nil && text(.tail, octets) != nil)
        }
    }

    @Test(arguments: [PluginCommand.Output.json, .mcp, .ndjson])
    func halfADocumentIsNone(form: PluginCommand.Output) {
        let run = PluginRun(.exited(0), output: Array("{}".utf8), omitted: 1)
        #expect(Self.reader(form, overflow: .head).outcome(of: run).code == .outputTooLarge)
    }

    // MARK: MCP

    @Test func aResultOfMCPIsPassedOn() {
        let output = #"""
            {"content":[{"type":"text","text":"a\u200b"},{"type":"image","data":"QUJD","mimeType":"image/png","annotations":{}},
             {"type":"audio","data":"QQ==","mimeType":"audio/wav"},{"type":"resource_link","uri":"file:///a","name":"A"},
             {"type":"resource","resource":{"uri":"x:y","text":"t","mimeType":"text/plain; charset=utf-8"}},
             {"type":"resource","resource":{"uri":"x:z","blob":"QUI="}}],
             "structuredContent":{"n":1,"k":"hunter2-hunter2"},"isError":false,
             "_meta":{"io.modelcontextprotocol/x":1,"own/y":2}}
            """#
        let outcome = Self.outcome(.mcp, output)
        #expect(
            outcome.result.content == [
                .text("a"), .image(base64: "QUJD", mimeType: "image/png"),
                .audio(base64: "QQ==", mimeType: "audio/wav"),
                .link(uri: "file:///a", name: "A", mimeType: nil),
                .resource(ResourceContents(uri: "x:y", mimeType: "text/plain; charset=utf-8", .text("t"))),
                .resource(ResourceContents(uri: "x:z", mimeType: nil, .blob(base64: "QUI="))),
            ])
        #expect(
            outcome.result.structured == ["n": 1, "k": "[removed]"] && outcome.result.meta == ["own/y": 2]
                && outcome.code == nil)
        let failed = Self.outcome(.mcp, #"{"content":[{"type":"text","text":"no"}],"isError":true}"#)
        #expect(failed.result == .failure("no") && failed.code == .pluginError)
        #expect(Self.outcome(.mcp, #"{"structuredContent":{"a":1}}"#).result == .structured(["a": 1]))
    }

    @Test(arguments: [
        ("[]", "it is not an object"), ("{}", "it has no \"content\""),
        (#"{"content":[5]}"#, "content[0] has the type"),
        (#"{"content":[{"type":"video"}]}"#, "content[0] has the type \"video\""),
        (#"{"content":[{"type":"text"}]}"#, "has no \"text\""),
        (#"{"content":[{"type":"image","data":"?","mimeType":"image/png"}]}"#, "has no \"data\" in base 64"),
        (#"{"content":[{"type":"image","data":"QUJ","mimeType":"image/png"}]}"#, "has no \"data\" in base 64"),
        (#"{"content":[{"type":"image","data":"QUJD","mimeType":"text/html"}]}"#, "begins with image/"),
        (#"{"content":[{"type":"image","data":"QUJD","mimeType":"image"}]}"#, "has an invalid \"mimeType\""),
        (#"{"content":[{"type":"resource_link","uri":"a b","name":"x"}]}"#, "has no \"uri\""),
        (#"{"content":[{"type":"resource","resource":{"uri":"x:y"}}]}"#, "has neither \"text\" nor a \"blob\""),
        (#"{"content":[],"structuredContent":[]}"#, "\"structuredContent\" is not an object"),
    ])
    func whatNoClientTakesIsToldToTheAuthor(output: String, reason: String) {
        #expect(Self.message(Self.outcome(.mcp, output), .invalidOutput)?.contains(reason) == true)
    }

    @Test func piecesAndImagesAreBounded() {
        let piece = #"{"type":"text","text":""}"#
        let many = Array(repeating: piece, count: 65).joined(separator: ",")
        #expect(Self.outcome(.mcp, #"{"content":[\#(many)]}"#).code == .invalidOutput)
        let image = String(repeating: "QUJD", count: (5 << 20) / 4 + 1)
        #expect(
            Self.outcome(.mcp, #"{"content":[{"type":"image","data":"\#(image)","mimeType":"image/png"}]}"#).code
                == .invalidOutput)
    }

    // MARK: Lines

    private static func lines(_ text: String, cut: Int = .max) -> (PluginLines, [PluginLines.Event]) {
        var lines = PluginLines(maxBytes: 1000, redactor: Redactor([Secret("hunter2-hunter2")]))
        var events: [PluginLines.Event] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            events += lines.read(rest.prefix(cut))
            rest = rest.dropFirst(cut)
        }
        events += lines.finish()
        return (lines, events)
    }

    private static let streamed = #"""
        {"progress":1,"total":3,"message":"half\u001b[1m way"}

        {"log":{"level":"warning","data":{"a":"hunter2-hunter2"}}}
        {"progress":2.5}
        {"log":{"data":"x"}}
        {"result":{"done":true}}
        """#

    @Test func linesAreReadAsTheyCome() {
        let wanted: [PluginLines.Event] = [
            .progress(1, total: 3, message: "half way"), .log(.warning, ["a": "[removed]"]),
            .progress(2.5, total: nil, message: nil), .log(.info, "x"),
        ]
        for cut in [1, 2, 7, 1000] {
            let (lines, events) = Self.lines(Self.streamed, cut: cut)
            #expect(events == wanted && lines.result == ["done": true] && lines.problem == nil)
            let outcome = Self.reader(.ndjson).outcome(of: PluginRun(.exited(0)), streamed: lines)
            #expect(outcome.result == .structured(["done": true]))
        }
        let gathered = Self.outcome(.ndjson, Self.streamed)
        #expect(gathered.result == .structured(["done": true]))
    }

    @Test func aResultMayBeOneOfMCP() {
        let outcome = Self.outcome(.ndjson, #"{"result":{"content":[{"type":"text","text":"t"}]}}"#)
        #expect(outcome.result == .text("t") && outcome.code == nil)
        #expect(Self.outcome(.ndjson, #"{"result":5}"#).result == .structured(["result": 5]))
        #expect(Self.outcome(.ndjson, #"{"result":{"error":"x"}}"#).code == .pluginError)
    }

    @Test(arguments: [
        ("", "its last line has no \"result\""), (#"{"progress":1}"#, "its last line has no \"result\""),
        ("x\n", "line 1 is not a JSON object"), ("[]", "line 1 is not a JSON object"),
        ("{\"a\":1}\n", "line 1 is neither progress"),
        ("{\"result\":1}\n{\"result\":2}\n", "line 2 follows the result"),
        ("{\"result\":1}\n\n{\"progress\":2}", "line 3 follows the result"),
    ])
    func linesThatAreWrongAreTold(text: String, problem: String) {
        #expect(Self.message(Self.outcome(.ndjson, text), .invalidOutput)?.contains(problem) == true)
    }

    @Test func aLineOfAFailureIsItsReason() {
        let (lines, _) = Self.lines("{\"progress\":1}\n{\"error\":\"boom\"}\n")
        for code in [0, 2] as [Int32] {
            let outcome = Self.reader(.ndjson).outcome(of: PluginRun(.exited(code)), streamed: lines)
            #expect(Self.message(outcome, .pluginError) == "boom")
        }
    }

    @Test func linesAreBounded() {
        let (lines, _) = Self.lines(String(repeating: "x", count: 1001))
        #expect(lines.isTooLarge)
        #expect(Self.reader(.ndjson).outcome(of: PluginRun(.exited(0)), streamed: lines).code == .outputTooLarge)
    }

    // MARK: Anything

    @Test func noBeginningAndNoMutationOfAnOutputStopsTheReading() throws {
        let result: JSON = [
            "content": [
                ["type": "text", "text": "t"], ["type": "image", "data": "QUJD", "mimeType": "image/png"],
                ["type": "resource", "resource": ["uri": "x:y", "text": "t"]],
            ],
            "structuredContent": ["a": 1], "isError": false, "_meta": ["k": 1], "error": ["message": "m"],
            "status": "ok",
            "ok": true,
        ]
        for json in result.mutations {
            for form in PluginCommand.Output.allCases {
                for code in [0, 1] as [Int32] {
                    _ = Self.outcome(form, String(decoding: json.encoded, as: UTF8.self), code: code)
                }
            }
        }
        let octets = result.encoded
        for end in octets.indices {
            let run = PluginRun(.exited(0), output: Array(octets[..<end]))
            for form in PluginCommand.Output.allCases { _ = Self.reader(form).outcome(of: run) }
        }
    }
}
