import Core
import HTTP
import TestKit
import Testing

@testable import Gateway

@MainActor @Suite struct EventsServiceTests {
    /// A switch that a path does not have must not be passed over when something is about to be changed: who writes
    /// `?dry_run=true` does not want an event.
    @Test func aQueryThatAWriteDoesNotHaveIsRefusedBeforeLumaIsAsked() async {
        let fixture = ScriptedService(ScriptedTransport([.json(200, ["id": "evt-1"])]))
        let query = [(name: "dry_run", value: "true")]
        let template: JSON = [
            "template_type": "meetup", "name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "Europe/Berlin",
        ]
        let create = ScriptedService.input(.createEvent, query: query, body: ScriptedService.party)
        let expand = ScriptedService.input(.createFromTemplate, query: query, body: template)
        let change = ScriptedService.input(.patchEvent, parameter: "evt-1", query: query, body: ["name": "New"])
        let errors = [
            await apiError { try await fixture.service.create(create, fixture.call) },
            await apiError { try await fixture.service.createFromTemplate(expand, fixture.call) },
            await apiError { try await fixture.service.update(change, fixture.call) },
        ]
        for error in errors {
            #expect(error?.reason == .validationFailed)
            #expect(error?.details["fields"]?.arrayValue?.first?["field"] == "dry_run")
        }
        #expect(fixture.transport.requests.isEmpty)
    }

    /// When approval is all that was asked for, its failure is the answer's, with the status that says what to do.
    @Test(arguments: [
        (404, Reason.eventNotFound, 404), (429, .rateLimited, 429), (401, .upstreamAuth, 502),
        (500, .upstreamFailure, 502), (400, .upstreamRefused, 400),
    ])
    func approvalAloneFailsAsItsCallDid(_ status: Int, _ reason: Reason, _ answered: Int) async {
        let fixture = ScriptedService(ScriptedTransport([.status(status)]))
        let change = ScriptedService.input(
            .patchEvent, parameter: "evt-1", body: ["require_rsvp_approval": true])
        let error = await apiError { try await fixture.service.update(change, fixture.call) }
        #expect(error?.reason == reason)
        #expect(error?.status == answered)
        #expect(error?.message.contains("require_rsvp_approval") == true)
        #expect((error?.retryAfter != nil) == (reason == .rateLimited))
    }

    /// Whatever Luma takes for an id: the event exists, so the answer is a 201 and its head stays well-formed.
    @Test func anOddIDIsEncodedInTheLocation() async throws {
        let id = "../a b\r\nX: y"
        let fixture = ScriptedService(ScriptedTransport([.json(200, ["id": .string(id)])]))
        var input = ScriptedService.input(.createEvent, body: ScriptedService.party)
        input.prefer = "return=minimal"
        let answer = try await fixture.service.create(input, fixture.call)
        #expect(answer.status == 201)
        #expect(answer.fields.contains(Field("Location", "/events/..%2Fa%20b%0D%0AX%3A%20y")))
        #expect(try JSON.parse(answer.body)["id"] == .string(id))
    }

    /// An event that cannot be read back is still a created one, and no bytes that are not JSON are passed on.
    @Test(arguments: ["", "<html>", "[1]", "{\"id\":", "\u{feff}{}"])
    func aReadBackThatIsNoEventIsAWarning(_ body: String) async throws {
        let fixture = ScriptedService(
            ScriptedTransport { request, _ in
                request.url.contains("/events/create")
                    ? .json(200, ["id": "evt-1"]) : .success(OutboundResponse(status: 200, body: Array(body.utf8)))
            })
        let input = ScriptedService.input(.createEvent, body: ScriptedService.party)
        let answer = try await fixture.service.create(input, fixture.call)
        #expect(answer.status == 201)
        let json = try JSON.parse(answer.body)
        #expect(json["id"] == "evt-1")
        #expect(json["warnings"]?.arrayValue?.count == 1)
        let read = ScriptedService.input(.getEvent, parameter: "evt-1")
        #expect(await apiError { try await fixture.service.get(read, fixture.call) }?.reason == .upstreamFailure)
    }
}
