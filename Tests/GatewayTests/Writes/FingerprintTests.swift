import Core
import Crypto
import GatewayAPI
import Testing

@testable import Gateway

/// The same request has the same fingerprint however it is written; any other has another.
@Suite struct FingerprintTests {
    private func fingerprint(
        _ body: String = "{}", _ endpoint: Endpoint = .createEvent, _ id: String? = nil,
        query: [(name: String, value: String)] = []
    ) -> [UInt8]? {
        var document: JSON?
        if !body.isEmpty {
            document = try? JSON.parse(body)
            #expect(document != nil)
        }
        return Fingerprint.of(endpoint, id, query: query, document: document)
    }

    @Test func spacesAndOrderSayNothing() {
        let written = #"{"a": 1, "b": [{"x": null, "y": "é"}]}"#
        let same = #"{"b":[{"y":"\u00e9","x":null}],"a":1}"#
        #expect(fingerprint(written) != nil)
        #expect(fingerprint(written) == fingerprint(same))
        let query = [(name: "a", value: "1"), (name: "b", value: "2")]
        #expect(
            fingerprint("", .cancelEvent, "evt-1", query: query)
                == fingerprint("", .cancelEvent, "evt-1", query: query.reversed()))
    }

    @Test func whatAsksForSomethingElseDiffers() {
        let all = [
            fingerprint(#"{"a":1}"#), fingerprint(#"{"a":2}"#), fingerprint(#"{"a":"1"}"#),
            fingerprint(#"{"a":[1,2]}"#),
            fingerprint(#"{"a":[2,1]}"#),
            fingerprint(#"{"a":1}"#, .createFromTemplate), fingerprint(#"{"a":1}"#, .patchEvent, "evt-1"),
            fingerprint(#"{"a":1}"#, .patchEvent, "evt-2"), fingerprint(#"{"a":1}"#, .replaceEvent, "evt-1"),
            fingerprint("", .cancelEvent, "evt-1"), fingerprint("", .cancelEvent, "evt-1", query: [("refund", "true")]),
            fingerprint("", .cancelEvent, "evt-1", query: [("refund", "false")]),
            fingerprint("", .cancelEvent, "evt-1", query: [("refundtrue", "")]),
        ]
        #expect(!all.contains(nil))
        #expect(Set(all).count == all.count)
    }

    @Test func whatIsNoJSONAsksForNothing() throws {
        var input = RequestInput(endpoint: .createEvent, body: Array("{".utf8))
        input.idempotencyKey = try IdempotencyKey(text: "k")
        let error = #expect(throws: APIError.self) { try WriteRequest(input) }
        #expect(error?.reason == .malformedJSON)
    }

    private static let tea = "3c6516869c76e51e0d833ea07c91db9fd303a451f3cdb88573bda7b86e8960c9"

    /// They are kept in the databases of users: a request that comes again after an upgrade is still the same.
    @Test func theyAreThoseOfEarlierVersions() throws {
        let coupons = try #require(Endpoint.allCases.first { $0.description == "eventsCouponsCreate" })
        let rows: [(Endpoint, String?, [(name: String, value: String)], String, String)] = [
            (
                .createEvent, nil, [],
                #"{"timezone": "Europe/Berlin", "name": "Tea", "start_at": "2027-05-01T18:00:00Z"}"#, Self.tea
            ),
            (
                .createFromTemplate, nil, [], #"{"template_type":"workshop","name":"Tea"}"#,
                "4e9d160b8933a01aa13a300bc23953ff3ccb6ee7c34f2b7ba3b765ff10ca20ff"
            ),
            (
                .patchEvent, "evt-1", [("dry_run", "false")], #"{"name":null,"max_capacity":1.0}"#,
                "4fa00770b87c33a43af9185edcb8c82793b3962d5039ee6b56428638cd77fb96"
            ),
            (
                .replaceEvent, "evt-1", [], #"{"name":"Tea"}"#,
                "69ee7f10cf21d10c1c24fa0b6d8a1ef066409fe5ac02f4bda580616761c7f47e"
            ),
            (
                .cancelEvent, "evt-1", [("refund", "1"), ("confirm", "x")], "",
                "ecdfa5526671f682f829e52526118c44c87deb5f8715f963fe14a4351fca7ae4"
            ),
            (
                coupons, "evt-1", [("dry_run", "false")], #"{"event_id":"evt-1","code":"TEA"}"#,
                "adf7e9758c5befa5e56afca58564a3913f0530aa534c090af05dd93a1c96b7ab"
            ),
        ]
        for (endpoint, id, query, body, digest) in rows {
            var input = RequestInput(endpoint: endpoint, parameter: id, query: query, body: Array(body.utf8))
            if endpoint.surface != nil { input.operation = try JSON.parse(body).objectValue }
            #expect(try WriteRequest(input).keyed == nil)
            input.idempotencyKey = try IdempotencyKey(text: "k")
            let keyed = try #require(try WriteRequest(input).keyed)
            #expect(Hex.encode(keyed.fingerprint) == digest, "\(endpoint)")
        }
    }

    /// A preview remembers nothing, so a key stands for nothing.
    @Test func aPreviewHasNone() throws {
        var input = RequestInput(endpoint: .cancelEvent, parameter: "evt-1", query: [("dry_run", "1")])
        input.idempotencyKey = try IdempotencyKey(text: "k")
        let request = try WriteRequest(input)
        #expect(request.keyed == nil && request.terms.isDryRun)
    }

    /// What a tool creates with a key and what REST creates with it is one event.
    @Test func aToolAsksForTheSameAsREST() throws {
        let terms = WriteTerms(principal: "p", surface: .assistant)
        var arguments: JSONObject = [
            "name": "Tea", "idempotency_key": "k", "start_at": "2027-05-01T18:00:00Z", "timezone": "Europe/Berlin",
        ]
        let request = try ToolBox.creation(.createEvent, arguments, terms)
        #expect(request.keyed.map { Hex.encode($0.fingerprint) } == Self.tea && request.keyed?.key.text == "k")
        #expect(request.terms.principal == "p" && request.terms.surface == .assistant)
        guard case .create(let event, isMinimal: false) = request.wanted else {
            Issue.record("it is no create that wants the event back")
            return
        }
        arguments["idempotency_key"] = nil
        #expect(event == .object(arguments))
        #expect(try ToolBox.creation(.createEvent, arguments, terms).keyed == nil)
        arguments["idempotency_key"] = "\n"
        let error = #expect(throws: APIError.self) { try ToolBox.creation(.createEvent, arguments, terms) }
        #expect(error?.reason == .validationFailed)
    }

    @Test func callersDiffer() {
        let body: JSONObject = ["name": "x", "start_at": "y"]
        let first = Fingerprint.of(body, "events/create", principal: "a")
        #expect(first == Fingerprint.of(["start_at": "y", "name": "x"], "events/create", principal: "a"))
        #expect(first != Fingerprint.of(body, "events/create", principal: "b"))
    }

    /// A double click is one whoever has written the text.
    @Test(
        arguments: [
            ["name": "Cafe\u{301} au lait", "start_at": "y"], ["name": " Caf\u{e9}  au\tlait\n", "start_at": "y"],
            ["name": "Caf\u{e9} au lait", "start_at": "y", "end_at": .null],
            ["name": "Caf\u{e9}\u{a0}au lait", "start_at": "y"],
            ["name": "Caf\u{200b}\u{e9} au\u{2028}la\u{ad}it\u{feff}\u{202c}", "start_at": "y"],
        ] as [JSONObject])
    func textsThatLookTheSameAreTheSame(body: JSONObject) {
        let first = Fingerprint.of(["name": "Caf\u{e9} au lait", "start_at": "y"], "events/create", principal: "a")
        #expect(first == Fingerprint.of(body, "events/create", principal: "a"))
    }

    @Test(arguments: ["Caf\u{e9} au  Lait", "Cafe au lait", "Caf\u{e9}au lait"])
    func otherTextsAreOthers(name: String) {
        let first = Fingerprint.of(["name": "Caf\u{e9} au lait"], "events/create", principal: "a")
        #expect(first != Fingerprint.of(["name": .string(name)], "events/create", principal: "a"))
    }
}
