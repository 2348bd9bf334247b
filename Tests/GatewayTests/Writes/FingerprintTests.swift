import Core
import Crypto
import GatewayAPI
import Testing

@testable import Gateway

/// The same request has the same fingerprint however it is written; any other has another.
@Suite struct FingerprintTests {
    private func input(
        _ body: String = "{}", _ endpoint: Endpoint = .createEvent, _ id: String? = nil,
        query: [(name: String, value: String)] = []
    ) -> RequestInput {
        RequestInput(endpoint: endpoint, parameter: id, query: query, body: Array(body.utf8))
    }

    @Test func spacesAndOrderSayNothing() {
        let written = #"{"a": 1, "b": [{"x": null, "y": "é"}]}"#
        let same = #"{"b":[{"y":"\u00e9","x":null}],"a":1}"#
        #expect(Fingerprint.of(input(written)) != nil)
        #expect(Fingerprint.of(input(written)) == Fingerprint.of(input(same)))
        let query = [(name: "a", value: "1"), (name: "b", value: "2")]
        #expect(
            Fingerprint.of(input("", .cancelEvent, "evt-1", query: query))
                == Fingerprint.of(input("", .cancelEvent, "evt-1", query: query.reversed())))
    }

    @Test func whatAsksForSomethingElseDiffers() {
        let all = [
            input(#"{"a":1}"#), input(#"{"a":2}"#), input(#"{"a":"1"}"#), input(#"{"a":[1,2]}"#),
            input(#"{"a":[2,1]}"#),
            input(#"{"a":1}"#, .createFromTemplate), input(#"{"a":1}"#, .patchEvent, "evt-1"),
            input(#"{"a":1}"#, .patchEvent, "evt-2"), input(#"{"a":1}"#, .replaceEvent, "evt-1"),
            input("", .cancelEvent, "evt-1"), input("", .cancelEvent, "evt-1", query: [("refund", "true")]),
            input("", .cancelEvent, "evt-1", query: [("refund", "false")]),
            input("", .cancelEvent, "evt-1", query: [("refundtrue", "")]),
        ].map { Fingerprint.of($0) }
        #expect(!all.contains(nil))
        #expect(Set(all).count == all.count)
    }

    @Test func whatIsNoJSONHasNone() { #expect(Fingerprint.of(input("{")) == nil) }

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
