import Core
import GatewayAPI
import HTTP
import Settings
import TestKit
import Testing

@testable import Gateway

/// Requests with a key are served once.
@Suite struct IdempotencyTests {
    private static func event(_ name: String) -> JSON {
        ["name": .string(name), "start_at": "2030-07-01T19:00:00Z", "timezone": "UTC"]
    }

    private func post(
        _ gateway: InProcess, _ name: String, key: String? = nil, _ fields: [String] = []
    ) async throws -> Answer {
        try await gateway.ask(
            "POST /events/", fields + (key.map { ["Idempotency-Key: \($0)"] } ?? []), Self.event(name))
    }

    private func events(_ gateway: InProcess, named name: String) async throws -> Int {
        let list = try await gateway.ask("GET /events/", ["Accept: application/x-ndjson"])
        return list.text.split(separator: "\n").count { (try? JSON.parse(String($0)))?["name"]?.stringValue == name }
    }

    @Test func theFirstAnswerIsGivenAgain() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let first = try await post(gateway, "once", key: "\"k-1\"")
            #expect(first.status == 201 && first.field("idempotency-replayed") == nil)
            for key in ["\"k-1\"", "k-1"] {
                let again = try await post(gateway, "once", key: key)
                #expect(again.status == 201 && again.text == first.text)
                #expect(again.field("location") == first.field("location"))
                #expect(again.field("idempotency-replayed") == "true")
            }
            let other = try await post(gateway, "another", key: "k-1")
            #expect(other.status == 422 && other.reason == "idempotency_key_reused")
            #expect(try await events(gateway, named: "once") == 1)
            #expect(try await events(gateway, named: "another") == 0)
            let bad = try await post(gateway, "once", key: "a, b")
            #expect(bad.status == 400 && bad.reason == "idempotency_key_invalid")
            #expect(gateway.luma.count("events/create") == 1)
        }
    }

    /// While the first is under way nobody knows its answer.
    @Test func whatIsUnderWayIsNotBegunAgain() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            gateway.luma.hold("events/create")
            let first = try await gateway.open("POST /events/", ["Idempotency-Key: k"], Self.event("slow"))
            #expect(await soon { gateway.luma.count("events/create") == 1 })
            let second = try await post(gateway, "slow", key: "k")
            #expect(second.status == 409 && second.reason == "request_in_progress", "\(second.text)")
            // Who has asked first and left has begun it all the same.
            await first.goAway()
            gateway.luma.release("events/create")
            #expect(await soon { (try? await post(gateway, "slow", key: "k").status) == 201 })
            #expect(gateway.luma.count("events/create") == 1)
        }
    }

    @Test func whatHadNoEffectMayBeCorrectedUnderItsKey() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let wrong = try await gateway.ask("POST /events/", ["Idempotency-Key: k"], ["name": "x"])
            #expect(wrong.status == 422 && wrong.reason == "validation_failed")
            #expect(try await post(gateway, "x", key: "k").status == 201)
        }
    }

    @Test func changesAndCancelsAreDoneOnce() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let target = try #require(try await post(gateway, "x", key: "c").field("location"))
            func patch(_ capacity: Int, _ fields: [String] = []) async throws -> Answer {
                try await gateway.ask("PATCH \(target)", fields, ["max_capacity": .number(JSONNumber(capacity))])
            }
            let first = try await patch(5, ["Idempotency-Key: p"])
            #expect(try await patch(6).status == 200)
            #expect(try await patch(5, ["Idempotency-Key: p"]).text == first.text)
            #expect(try await gateway.ask("GET \(target)").json?["max_capacity"] == 6)
            // A preview is no cancel and takes no key.
            for _ in 0..<2 {
                let told = try await gateway.ask("DELETE \(target)?dry_run=true", ["Idempotency-Key: d"])
                #expect(told.json?["status"] == "unchanged")
            }
            let canceled = try await gateway.ask("DELETE \(target)", ["Idempotency-Key: d"])
            #expect(canceled.status == 200)
            let twice = try await gateway.ask("DELETE \(target)", ["Idempotency-Key: d"])
            #expect(twice.status == 200 && twice.text == canceled.text)
            // Without the key it is simply gone; with another key the refusal is what is given again.
            #expect(try await gateway.ask("DELETE \(target)").status == 403)
            for isReplay in [false, true] {
                let gone = try await gateway.ask("DELETE \(target)", ["Idempotency-Key: e"])
                #expect(gone.status == 403)
                #expect((gone.field("idempotency-replayed") != nil) == isReplay)
            }
        }
    }

    @Test func aCreateThatIsTheSameIsRefusedWhereThatIsAskedFor() async throws {
        try await InProcess.serve([.duplicateWindowSeconds: "60"]) { (gateway: InProcess) async throws in
            let first = try await post(gateway, "x")
            #expect(first.status == 201)
            let twin = try await post(gateway, "x")
            #expect(twin.status == 409 && twin.reason == "duplicate_event")
            #expect(twin.json?["details"]?["event_id"] == first.json?["id"])
            #expect(try await post(gateway, "y").status == 201)
            // Who gives a key says that it is another.
            #expect(try await post(gateway, "x", key: "k").status == 201)
            let keyed = try await post(gateway, "z", key: "z")
            let later = try await post(gateway, "z")
            #expect(later.status == 409 && later.json?["details"]?["event_id"] == keyed.json?["id"])
            // An event that is gone stands in nobody's way.
            let id = try #require(first.json?["id"]?.stringValue)
            #expect(try await gateway.ask("DELETE /events/\(id)").status == 200)
            let keyedTwin = try #require(try await post(gateway, "x").json?["details"]?["event_id"]?.stringValue)
            #expect(try await gateway.ask("DELETE /events/\(keyedTwin)").status == 200)
            #expect(try await post(gateway, "x").status == 201)
            #expect(try await post(gateway, "x").status == 409)
        }
    }

    // MARK: Confirmed cancels

    /// What was told is what is cancelled, and Luma is asked for one token for both.
    @Test func aConfirmedCancelIsForTheEventAsItWas() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            let id = try #require(try await post(gateway, "Tea").json?["id"]?.stringValue)
            let told = try await gateway.ask("DELETE /events/\(id)?dry_run=true")
            #expect(told.json?["name"] == "Tea" && told.json?["timezone"] == "UTC")
            let confirm = try #require(told.json?["confirm"]?.stringValue)
            #expect(try await gateway.ask("PATCH /events/\(id)", [], ["name": "Coffee"]).status == 200)
            let stale = try await gateway.ask("DELETE /events/\(id)?confirm=\(confirm)")
            #expect(stale.status == 412 && stale.reason == "confirmation_stale")
            #expect(
                stale.json?["code"] == "412" && stale.json?["request_id"]?.stringValue == stale.field("x-request-id"))
            #expect(gateway.luma.count("events/cancel/request") == 1)
            let again = try await gateway.ask("DELETE /events/\(id)?dry_run=true").json?["confirm"]?.stringValue
            let done = try await gateway.ask("DELETE /events/\(id)?confirm=\(try #require(again))")
            #expect(done.status == 200 && done.json?["name"] == "Coffee", "\(done.text)")
            #expect(gateway.luma.count("events/cancel/request") == 2)
        }
    }
}
