import Core
import Foundation
import GatewayAPI
import GatewayCLI
import HTTP
import LumaAPI
import LumaClient
import Settings
import TestKit
import Testing

@testable import Gateway

/// What a row calls secret leaves this program nowhere: on no edge of any row, in no error, in no line of the log, in no row of
/// the store.
@Suite struct SurfaceSecretsTests {
    static let all = Surfaces.all.map(\.operation.name)
    static let rows = Surfaces.all.filter { !secretive($0).isEmpty }.map(\.operation.name)
    /// As Luma writes them, and found nowhere else.
    private static let planted = "https://luma.com/check-in/evt?pk=g-a1B2c3D4"
    private static let ending = "g-a1B2c3D4"

    private static func hasSecrets(_ name: String) -> Bool {
        Catalog[name].map { !$0.secretAnswer.isEmpty || !$0.secretInput.isEmpty } ?? false
    }

    /// The operations with secrets that a row asks Luma for: its own, what shows what it is about, and what is asked by hand.
    static func secretive(_ surface: Surface) -> Set<String> {
        var names = [surface.operation.name, surface.reading]
        if surface.operation.name == "events/cancel" { names.append("events/cancel/request") }
        return Set(names.filter(hasSecrets))
    }

    private static func names(_ surface: Surface) -> Set<String> {
        secretive(surface).reduce(into: []) { $0.formUnion(Catalog[$1]?.secretAnswer ?? []) }
    }

    @Test func everyOperationWithSecretsIsAsked() {
        let asked = Surfaces.all.reduce(into: Set<String>()) { $0.formUnion(Self.secretive($1)) }
        #expect(asked == Set(Catalog.operations.map(\.name).filter(Self.hasSecrets)) && asked.count > 3)
        let derived = Surfaces.all.filter { $0.handmade.isEmpty && !Self.secretive($0).isEmpty }
        #expect(derived.contains { $0.operation.isWrite } && derived.contains { !$0.operation.isWrite })
    }

    /// A play sees what is there.
    @Test func everyPlaceIsLookedThrough() async throws {
        let planted = "planted-words-12"
        let play = try await SecretPlay.of { (stage: SurfaceStage) async throws in
            let event: JSON = ["name": .string(planted), "start_at": "2030-05-01T18:00Z", "timezone": "UTC"]
            let fields = ["Idempotency-Key: \"one\"", "X-Request-Id: \(planted)"]
            #expect(try await stage.gateway.ask("POST /events/", fields, event).status == 201)
            return [Data(("x" + planted).utf8).base64EncodedString()]
        }
        #expect(try Set(play.leaks([planted]).keys) == Set(SecretPlay.Place.allCases))
        #expect(try play.leaks(["another-words-12"]) == [:])
        #expect(try Set(play.leaks(names: ["start_at"]).keys).isSuperset(of: [.answer, .store]))
    }

    // MARK: What goes well

    /// Every row on each of its edges, also when the answer of a write is lost and its effect is looked for.
    @Test(arguments: all, [false, true]) func itIsNowhere(name: String, isLost: Bool) async throws {
        let surface = try Surface.row(name)
        guard !isLost || surface.operation.recovery.reading != nil else { return }
        for edge in surface.edges {
            let play = try await SecretPlay.of { stage in
                try await Self.ask(surface, edge, stage, isLost: isLost)
            }
            #expect(try play.leaks(names: Self.names(surface)) == [:], "\(edge)")
            // There was something that could have been told.
            #expect(Set(play.secrets.keys) == Self.secretive(surface), "\(edge)")
            if surface.operation.isWrite {
                #expect(play.said[.store]?.contains { $0.contains(name) } == true, "the store holds no such write")
            }
        }
    }

    /// All that an edge offers of a row.
    /// - Returns: what is said in another way than as an answer.
    private static func ask(
        _ surface: Surface, _ edge: Surface.Edge, _ stage: SurfaceStage, isLost: Bool
    ) async throws -> [String] {
        switch (edge, surface.operation.isWrite) {
        case (.rest, false): try await readByREST(surface, stage)
        case (.rest, true): try await writeByREST(surface, stage, isLost: isLost)
        case (.tool, let isWrite):
            let (tool, given) = (try #require(surface.tool), try stage.given(surface))
            // What asks first is not done by this.
            if !isWrite || surface.needsConfirmation {
                #expect(try await stage.gateway.ask("POST /tools/\(tool)", [], .object(given)).status == 200)
            }
            if isLost { stage.luma.lose(surface.operation.name) }
            _ = try await stage.told(by: .tool, surface)
        case (.command, let isWrite):
            let words = surface.commandLine(try stage.given(surface), saysYes: true)
            let plain = words.filter { $0 != "--json" } + (isWrite ? ["--dry-run"] : [])
            let first = try await lines(of: plain, stage)
            if isLost { stage.luma.lose(surface.operation.name) }
            let second = try await stage.output(of: words)
            return first + [String(decoding: second.bytes, as: UTF8.self)] + second.notes
        }
        return []
    }

    private static func readByREST(_ surface: Surface, _ stage: SurfaceStage) async throws {
        let line = surface.request(try stage.given(surface), query: []).line
        let first = try await stage.gateway.ask(line)
        #expect(first.status == 200 && first.json?["entries"]?.arrayValue?.isEmpty != true, "\(first.text)")
        // As it is kept, and in each of its formats.
        let tag = try #require(first.field("ETag"))
        #expect(try await stage.gateway.ask(line, ["If-None-Match: \(tag)"]).status == 304)
        #expect(try await stage.gateway.ask(line.replacing("GET ", with: "HEAD ")).status == 200)
        let endpoint = Endpoint.allCases.first { $0.method == .get && $0.pattern == surface.route.pattern }
        for format in try #require(endpoint).representations {
            #expect(try await stage.gateway.ask(line, ["Accept: \(format.rawValue)"]).status == 200, "\(format)")
        }
    }

    private static func writeByREST(_ surface: Surface, _ stage: SurfaceStage, isLost: Bool) async throws {
        let given = try stage.given(surface)
        let preview = try await stage.rest(surface, given: given, query: [(name: "dry_run", value: "true")])
        #expect(preview.status == 200, "\(preview.text)")
        if isLost { stage.luma.lose(surface.operation.name) }
        let first = try await stage.rest(surface, given: given, key: "one")
        let again = try await stage.rest(surface, given: given, key: "one")
        #expect(first.status == surface.success && again.status == first.status, "\(first.text)")
        #expect(again.field("Idempotency-Replayed") == "true")
    }

    // MARK: What goes wrong

    /// Answers of Luma's that cannot be used, or that refuse, with a secret in all of their places.
    private static func badAnswers(_ names: Set<String>) -> [ScriptedTransport.Answer] {
        var bearer: JSONObject = ["message": "Refused.", "code": "refused"]
        for name in names { bearer[name] = .string(planted) }
        let page: JSON = ["entries": [.object(bearer)], "has_more": "perhaps", "thing": .object(bearer)]
        let fields = [Field("x-echo", planted), Field("etag", planted), Field("location", planted)]
        let html = Array("<html><a href=\"\(planted)\">\(planted)</a></html>".utf8)
        var answers: [ScriptedTransport.Answer] = [
            .json(200, page, fields), .json(200, [.object(bearer)], fields), .json(200, .string(planted), fields),
            .success(OutboundResponse(status: 200, fields: fields, body: Array(page.encoded.dropLast(2)))),
            .success(OutboundResponse(status: 200, fields: fields, body: html)),
            .success(OutboundResponse(status: 403, fields: fields, body: html)),
        ]
        for status in [301, 400, 403, 404, 500] { answers.append(.json(status, .object(bearer), fields)) }
        return answers
    }

    @Test(arguments: rows) func itIsInNoError(name: String) async throws {
        let surface = try Surface.row(name)
        for asked in Self.secretive(surface).filter({ Catalog[$0]?.isWrite == false }) {
            for answer in Self.badAnswers(Catalog[asked]?.secretAnswer ?? []) {
                let play = try await SecretPlay.of([.maxRetries: "0"]) { stage in
                    stage.luma.answer(asked, with: answer)
                    let told = try await Self.fail(surface, stage)
                    #expect(stage.luma.count(asked) > 0)
                    return told
                }
                #expect(try play.leaks([Self.planted, Self.ending]) == [:], "\(asked): \(answer)")
            }
        }
    }

    /// Asks on each edge for what fails. Any object is a guest, as far as a preview is concerned.
    private static func fail(_ surface: Surface, _ stage: SurfaceStage) async throws -> [String] {
        let (given, isWrite) = (try stage.given(surface), surface.operation.isWrite)
        let query = isWrite ? [(name: "dry_run", value: "true")] : []
        let answer = try await stage.rest(surface, given: given, query: query)
        #expect(isWrite || answer.status >= 400, "\(answer.text)")
        if let tool = surface.tool {
            let result = try await stage.call(tool, given)
            #expect(isWrite || result["isError"] == true, "\(result)")
        }
        return surface.command == nil ? [] : try await lines(of: surface.commandLine(given, saysYes: true), stage)
    }

    /// What a command says, whether or not it fails.
    private static func lines(of words: [String], _ stage: SurfaceStage) async throws -> [String] {
        do {
            let output = try await stage.output(of: words)
            return [String(decoding: output.bytes, as: UTF8.self)] + output.notes
        } catch let failure as CommandFailure {
            return failure.lines
        }
    }

    /// Luma refuses a cancel in words that cite its token: by each edge, and by a confirmation that holds the token.
    @Test func itIsInNoRefusalThatCitesIt() async throws {
        let surface = try Surface.row("events/cancel")
        for edge in surface.edges {
            let play = try await SecretPlay.of([.maxRetries: "0"]) { stage in
                stage.luma.answer(
                    "events/cancel/request",
                    with: .json(200, ["cancellation_token": .string(Self.planted), "is_paid": false, "guest_count": 1]))
                stage.luma.answer(
                    "events/cancel",
                    with: .json(400, ["message": .string("\(Self.planted) is none"), "code": .string(Self.planted)]))
                let given = try stage.given(surface)
                switch edge {
                case .rest:
                    let query = [(name: "dry_run", value: "true")]
                    let preview = try await stage.rest(surface, given: given, query: query)
                    let confirm = try #require(preview.json?["confirm"]?.stringValue)
                    let asked = try await stage.rest(surface, given: given, query: [(name: "confirm", value: confirm)])
                    #expect(asked.status == 412, "\(asked.text)")
                    #expect(try await stage.rest(surface, given: given, key: "one").status == 400)
                case .tool:
                    let tool = try #require(surface.tool)
                    var agreed = given
                    agreed["confirm"] = try await stage.result(tool, given)["confirm"]
                    _ = try await stage.call(tool, agreed)
                case .command: return try await Self.lines(of: surface.commandLine(given, saysYes: true), stage)
                }
                return []
            }
            #expect(play.secrets["events/cancel"]?.contains(Self.planted) == true)
            // Luma's words are told all the same.
            if edge == .rest { #expect(play.said[.answer]?.contains { $0.contains("[removed] is none") } == true) }
            #expect(try play.leaks([Self.planted]) == [:], "\(edge)")
        }
    }

    // MARK: What is not offered, and what is said of it

    /// Rows that nobody offers, with a secret where no row that is offered has one: in a document that is passed on, in a preview
    /// and in what is shown of a write, and in what is sent.
    @Test func itIsInNothingOfAMadeUpRow() async throws {
        let guest = Surface("events/guests/get", .get, "/made/up", tool: nil, command: nil)
        let status = Surface(
            "events/guests/update-status", .post, "/made/up", tool: nil, command: nil, answer: .document,
            shows: ["user_name", "check_in_qr_code"])
        let cancel = Surface("events/cancel", .post, "/made/up", tool: nil, command: nil, answer: .document)
        let play = try await SecretPlay.of { stage in
            let example = try stage.luma.example(of: status.operation)
            let event = try #require(example["event_id"])
            let one: JSONObject = ["event_id": event, "id": example["guest_id"] ?? .null]
            stage.luma.lose("events/guests/update-status")
            let token: JSONObject = ["event_id": event, "cancellation_token": .string(Self.planted)]
            return try await stage.gateway.work { application in
                let operations = application.loopContext.operations
                let call = { operations.upstreamCall(CallContext()) }
                func write(_ surface: Surface, _ input: JSONObject, isDryRun: Bool, key: String) async throws -> String
                {
                    let passed = PassedOperation(surface: surface, input: input)
                    var request = WriteRequest(wanted: .operation(passed))
                    request.terms.isDryRun = isDryRun
                    request.keyed = KeyedWrite(try IdempotencyKey(text: key), passed)
                    return String(decoding: try await operations.write(request, call()).document.octets, as: UTF8.self)
                }
                let read = try await operations.read(
                    .operation(PassedOperation(surface: guest, input: one)), ReadWish(), call())
                let texts = [
                    String(decoding: try read.json().encoded, as: UTF8.self),
                    try await write(status, example, isDryRun: true, key: "one"),
                    try await write(status, example, isDryRun: false, key: "two"),
                    try await write(cancel, token, isDryRun: true, key: "three"),
                ]
                #expect(texts[0].contains("user_email") && texts[1].contains(#""about":{"user_name""#), "\(texts)")
                // The guest as they were read when the answer was lost.
                #expect(texts[2].contains("user_email") && texts[3].contains(#""sends":{"event_id""#), "\(texts)")
                return texts
            }
        }
        #expect(Set(play.secrets.keys) == ["events/guests/get"])
        #expect(try play.leaks([Self.planted], names: ["check_in_qr_code", "cancellation_token"]) == [:])
    }

    /// What describes the answers does not promise it either.
    @Test func itIsInNoDescription() async throws {
        let names = Self.rows.compactMap { Surfaces[operation: $0] }.reduce(into: Set<String>()) {
            $0.formUnion(Self.names($1))
        }
        #expect(names.count == 2)
        try await SurfaceStage.play { stage in
            let document = try await stage.gateway.ask("GET /openapi.json")
            #expect(document.status == 200)
            let tools = try await stage.assistant().ask("tools/list", [:])
            for text in [document.text, String(decoding: tools.encoded, as: UTF8.self)] {
                for name in names { #expect(!text.contains(name)) }
            }
        }
    }
}
