import Core
import GatewayAPI
import HTTP
import LumaAPI
import Settings
import Synchronization
import TestKit
import Testing

@testable import GatewayCLI

/// Commands that are made from rows: what they ask a gateway, and what they show of its answer.
@Suite struct OperationCommandTests {
    private typealias Answer = ScriptedTransport.Answer
    private static let now = Timestamp(rfc3339: "2026-12-30T14:30:00Z")!
    private static let plain = Terminal(isTerminal: false, size: nil, environment: [:])

    /// What a person was asked.
    private final class Asked: Sendable {
        let lines = Mutex<[String]>([])
    }

    private func call(_ words: [String]) throws -> OperationCall {
        let family = try #require(CommandFamily.named(words[0]))
        guard case .operation(let call) = try family.read(words.dropFirst()) else {
            throw CommandFailure(.usage, "no call")
        }
        return call
    }

    private func run(
        _ words: [String], _ answers: [Answer], terminal: Terminal = Self.plain,
        ask: (@Sendable ([String]) -> Bool)? = nil
    ) async throws -> (result: Result<CommandOutput, CommandFailure>, requests: [OutboundRequest]) {
        let transport = ScriptedTransport(answers)
        let client = GatewayClient(
            GatewayTarget(base: "http://localhost:1"), transport: transport, clock: ManualClock(isAutomatic: true))
        let command = OperationCommand(
            try call(words), environment: ["TZ": "Europe/Berlin"], output: terminal, ask: ask)
        do throws(CommandFailure) {
            return (.success(try await command.work(client, now: Self.now)), transport.requests)
        } catch {
            return (.failure(error), transport.requests)
        }
    }

    private func text(_ result: Result<CommandOutput, CommandFailure>) throws -> String {
        String(decoding: try result.get().bytes, as: UTF8.self)
    }

    private func failure(_ result: Result<CommandOutput, CommandFailure>) -> CommandFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    private static let page: JSON = ["entries": [], "has_more": false, "next_cursor": nil]
    private static let done: JSON = ["event_id": "evt-1", "guest_id": "gst-1", "done": true]
    private static let decline = ["guests", "set-status", "evt-1", "gst-1", "--status", "declined"]

    // MARK: Requests

    @Test(
        arguments: [
            ("guests list evt-1", "GET /events/evt-1/guests/", nil),
            (
                "guests list evt-1 --sort -name --limit 10 --cursor a+b --approval-status declined",
                "GET /events/evt-1/guests/?approval_status=declined&cursor=a%2Bb&limit=10&sort=-name", nil
            ),
            (
                "guests set-status evt/1 a@example.com --status declined --no-send-email --yes",
                "POST /events/evt%2F1/guests/a%40example.com/status", ["status": "declined", "send_email": false]
            ),
            (
                "coupons create evt-1 --percent-off 20 --code EARLY --valid-end-at 18:00 --zone Asia/Tokyo",
                "POST /events/evt-1/coupons/",
                [
                    "code": "EARLY", "discount": ["discount_type": "percent", "percent_off": 20],
                    "valid_end_at": "2026-12-31T18:00:00.000+09:00",
                ]
            ),
        ] as [(String, String, JSON?)])
    func aCommandIsOneRequest(line: String, request: String, body: JSON?) async throws {
        let words = line.split(separator: " ").map(String.init)
        let answer = words[0] == "guests" && words[1] == "list" ? Self.page : Self.done
        let (result, requests) = try await run(words, [.json(200, answer)])
        #expect(failure(result) == nil)
        let sent = try #require(requests.first)
        #expect(requests.count == 1)
        #expect("\(sent.method.rawValue) \(sent.url.dropFirst("http://localhost:1".count))" == request)
        if let body { #expect(try JSON.parse(sent.body) == body) } else { #expect(sent.body.isEmpty) }
        let keys = sent.fields.filter { $0.name == "Idempotency-Key" }
        #expect(keys.count == (body == nil ? 0 : 1))
    }

    @Test func aKeyOfOnesOwnIsSent() async throws {
        let (_, requests) = try await run(Self.decline + ["--yes", "--key", "k1"], [.json(200, Self.done)])
        #expect(requests.first?.fields.contains(Field("Idempotency-Key", "\"k1\"")) == true)
        let (result, none) = try await run(Self.decline + ["--yes", "--key", "a b"], [.json(200, Self.done)])
        #expect(failure(result)?.status == .usage && none.isEmpty)
    }

    @Test func anEventIsNamedByItsPage() async throws {
        let found: JSON = ["event": ["id": "evt-9"]]
        let (result, requests) = try await run(
            ["guests", "list", "https://luma.com/tea"], [.json(200, found), .json(200, Self.page)])
        #expect(failure(result) == nil)
        #expect(
            requests.map { String($0.url.dropFirst("http://localhost:1".count)) } == [
                "/events/lookup?url=https://luma.com/tea", "/events/evt-9/guests/",
            ])
    }

    // MARK: What is shown

    private static func guest(_ number: Int) -> JSON {
        [
            "id": .string("gst-\(number)"), "user_id": "usr-1", "user_email": .string("g\(number)@example.com"),
            "user_name": "Ada \u{1b}[2JB", "user_first_name": "Ada", "user_last_name": nil,
            "approval_status": "approved",
            "check_in_qr_code": "https://luma.com/check-in/x", "event_tickets": [],
        ]
    }

    @Test func aPageIsATable() async throws {
        let page: JSON = ["entries": [Self.guest(1)], "has_more": true, "next_cursor": "c2"]
        let (result, _) = try await run(["guests", "list", "evt-1"], [.json(200, page)])
        #expect(
            try text(result) == """
                USER EMAIL      USER NAME  USER FIRST NAME  USER LAST NAME  APPROVAL STATUS  ID
                g1@example.com  Ada [2JB   Ada                              approved         gst-1

                """)
        #expect(try result.get().notes == ["more entries: --all, or --cursor c2"])
        let (raw, _) = try await run(["guests", "list", "evt-1", "--json"], [.json(200, page)])
        #expect(try JSON.parse(result: raw) == page)
        let (none, _) = try await run(["guests", "list", "evt-1"], [.json(200, Self.page)])
        #expect(try none.get().notes == ["no entries"])
    }

    @Test(arguments: [1, 20, 40, 60, 80, 120]) func anIdIsNeverCut(columns: Int) async throws {
        let page: JSON = ["entries": [Self.guest(1)], "has_more": false, "next_cursor": nil]
        let terminal = Terminal(isTerminal: true, size: columns, environment: ["NO_COLOR": "1"])
        let (result, _) = try await run(["guests", "list", "evt-1"], [.json(200, page)], terminal: terminal)
        let lines = try text(result).split(separator: "\n")
        #expect(lines.count == 2 && lines[1].hasSuffix("gst-1"), "\(lines)")
        if columns >= 20 { #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= columns }, "\(lines)") }
    }

    @Test func allPagesAreOneList() async throws {
        let first: JSON = ["entries": [Self.guest(1)], "has_more": true, "next_cursor": "c2"]
        let second: JSON = ["entries": [Self.guest(2)], "has_more": false, "next_cursor": nil]
        let (result, requests) = try await run(
            ["guests", "list", "evt-1", "--all", "--json", "--sort", "name"], [.json(200, first), .json(200, second)])
        #expect(
            requests.map { $0.url.split(separator: "?").last ?? "" } == [
                "sort=name&limit=100", "sort=name&limit=100&cursor=c2",
            ])
        let whole: JSON = ["entries": [Self.guest(1), Self.guest(2)], "has_more": false, "next_cursor": nil]
        #expect(try JSON.parse(result: result) == whole)
        // A gateway that gives the same page again and again is not followed.
        let (endless, asked) = try await run(["guests", "list", "evt-1", "--all"], [.json(200, first)])
        #expect(failure(endless)?.status == .protocol && asked.count == 2)
        let (both, none) = try await run(["guests", "list", "evt-1", "--all", "--limit", "5"], [])
        #expect(failure(both)?.lines == ["--all and --limit cannot be combined"] && none.isEmpty)
    }

    @Test func aDocumentIsASheet() async throws {
        let coupon: JSON = [
            "id": "coup-1", "code": "EARLY\u{7}", "remaining_count": 40, "valid_start_at": "2030-05-01T16:00:00.000Z",
            "valid_end_at": nil, "percent_off": 20, "cents_off": nil, "currency": nil,
        ]
        let words = ["coupons", "create", "evt-1", "--code", "EARLY", "--percent-off", "20"]
        let (result, _) = try await run(words, [.json(201, coupon)])
        #expect(
            try text(result) == """
                EARLY
                  id              coup-1
                  remaining count 40
                  valid start at  Wed 2030-05-01 18:00 CEST
                  percent off     20

                """)
        let (raw, _) = try await run(words + ["--json"], [.json(201, coupon)])
        #expect(try JSON.parse(result: raw) == coupon)
    }

    @Test func whatWasDoneIsDone() async throws {
        let replayed = Field("idempotency-replayed", "true")
        let (result, _) = try await run(Self.decline + ["--yes"], [.json(200, Self.done, [replayed])])
        #expect(try text(result) == "done\n")
        #expect(try result.get().notes == ["it had already been done with the same key"])
        let (raw, _) = try await run(Self.decline + ["--yes", "--json"], [.json(200, Self.done)])
        #expect(try JSON.parse(result: raw) == Self.done)
    }

    @Test(arguments: ["", "[]", "{}", "{\"error\": 1}"]) func whatIsNoAnswerIsNamed(body: String) async throws {
        let answer = Answer.success(OutboundResponse(status: 200, body: Array(body.utf8)))
        let (result, _) = try await run(["guests", "list", "evt-1"], [answer])
        #expect(failure(result)?.status == .protocol)
    }

    /// There is nothing to go on with in a list that is given all at once.
    @Test func aListWithoutPagesHasNoWordForAll() throws {
        func verb(_ operation: String) throws -> VerbRow {
            let surface = Surface(
                operation, .get, "/events/{event_id}/x/", tool: nil, command: "things list EVENT", answer: .page)
            return try #require(OperationVerb(surface)).row
        }
        for (operation, isPaged) in [("events/coupons/list", true), ("events/ticket-types/list", false)] {
            let row = try verb(operation)
            #expect(row.own.contains { $0.name == "--all" } == isPaged)
            #expect(row.examples.contains { $0.line.contains("--all") } == isPaged)
            #expect(row.notes.contains("--cursor") == isPaged)
        }
    }

    // MARK: Confirmation

    private static let told: JSON = [
        "status": "unchanged", "dry_run": true,
        "sends": ["event_id": "evt-1", "guest_id": "gst-1", "status": "declined", "message": "a\u{1b}[2J\nb"],
    ]

    @Test func nobodyToAskIsNoAgreement() async throws {
        let (result, requests) = try await run(Self.decline, [.json(200, Self.told)])
        #expect(failure(result)?.status == .undecided && requests.isEmpty)
        #expect(failure(result)?.lines.last?.contains("--yes") == true)
    }

    @Test(arguments: [true, false]) func aPersonIsAskedByWhatWouldBeSent(isAgreed: Bool) async throws {
        let asked = Asked()
        let (result, requests) = try await run(
            Self.decline, [.json(200, Self.told), .json(200, Self.done)],
            ask: { lines in
                asked.lines.withLock { $0 = lines }
                return isAgreed
            })
        let lines = asked.lines.withLock { $0 }
        #expect(
            lines == [
                "guests set-status would send:", "  event id  evt-1", "  guest id  gst-1", "  status    declined",
                "  message   a [2J b", "  Luma notifies guests, and money may move.",
            ])
        #expect(requests.first?.url.hasSuffix("/status?dry_run=true") == true)
        #expect(requests.count == (isAgreed ? 2 : 1))
        if isAgreed {
            #expect(try text(result) == "done\n")
            #expect(requests[1].url.hasSuffix("/status") && requests[1].body == requests[0].body)
        } else {
            #expect(failure(result) == CommandFailure(.undecided, "nothing was done"))
        }
    }

    /// Who is asked sees whom it is about, and what is done is what was shown.
    @Test func aPersonIsAskedByWhatItIsAboutNow() async throws {
        var told = try #require(Self.told.objectValue)
        told["about"] = ["user_name": "Ada \u{1b}[2J\nL", "user_email": nil, "approval_status": "pending_approval"]
        told["confirm"] = "a+b"
        let asked = Asked()
        let (result, requests) = try await run(
            Self.decline, [.json(200, .object(told)), .json(200, Self.done)],
            ask: { lines in
                asked.lines.withLock { $0 = lines }
                return true
            })
        #expect(
            asked.lines.withLock { $0.suffix(4) } == [
                "As it is now:", "  user name        Ada [2J L", "  approval status  pending_approval",
                "  Luma notifies guests, and money may move.",
            ])
        #expect(try text(result) == "done\n")
        #expect(requests.count == 2 && requests[1].url.hasSuffix("/status?confirm=a%2Bb"))
        #expect(requests[1].body == requests[0].body)

        let stale: JSON = [
            "error": "Stale", "reason": "confirmation_stale", "details": ["changed": true], "request_id": "r",
        ]
        let (refused, _) = try await run(
            Self.decline, [.json(200, .object(told)), .json(412, stale)], ask: { _ in true })
        #expect(failure(refused)?.status == .undecided)
        #expect(
            failure(refused)?.lines.contains("Nothing was done. Run the command again to see how it is now.") == true)
    }

    @Test func aDryRunOnlyTells() async throws {
        let (result, requests) = try await run(Self.decline + ["--dry-run"], [.json(200, Self.told)])
        #expect(requests.count == 1 && requests[0].url.hasSuffix("?dry_run=true"))
        let shown = try text(result)
        #expect(shown.hasPrefix("Would send:\n  event id  evt-1\n") && shown.hasSuffix("\nNothing was changed.\n"))
    }

    /// What notifies nobody is not asked about.
    @Test func aCouponIsMadeWithoutAQuestion() async throws {
        let (result, requests) = try await run(
            ["coupons", "create", "evt-1", "--code", "A"], [.json(201, ["id": "coup-1"])])
        #expect(failure(result) == nil && requests.count == 1)
    }

    // MARK: Refusals

    @Test func problemsAreToldByOptions() async throws {
        let fields: JSON = [
            ["field": "code", "code": "required", "problem": "is required"],
            ["field": "discount", "code": "required", "problem": "is required"],
            ["field": "discount.percent_off", "problem": "must be 0 to 100"],
            ["field": "valid_start_at", "problem": "must not be null"],
            ["field": "event_id", "problem": "must be an id"], ["field": "other", "problem": "is not known"],
        ]
        let body: JSON = [
            "error": "Not valid", "reason": "validation_failed", "request_id": "r1", "details": ["fields": fields],
        ]
        let (result, _) = try await run(["coupons", "create", "evt-1", "--code", "A"], [.json(422, body)])
        #expect(failure(result)?.status == .data)
        #expect(
            failure(result)?.lines == [
                "Not valid", "--code: is required", "--percent-off, or --cents-off and --currency: is required",
                "--percent-off: must be 0 to 100", "--valid-start-at: must not be null", "EVENT: must be an id",
                "other: is not known", "request r1",
            ])
    }

    @Test(arguments: [("coupons create evt-1", "--code"), ("guests set-status evt-1 gst-1", "--status")])
    func whatIsNeededIsAskedForBeforeAnythingIsSent(line: String, option: String) async throws {
        let (result, requests) = try await run(line.split(separator: " ").map(String.init), [])
        #expect(failure(result)?.status == .usage && failure(result)?.lines == ["\(option): is required"])
        #expect(requests.isEmpty)
    }

    @Test func aGuestWhoIsNotThereIsNotFound() async throws {
        let body: JSON = [
            "error": "No such guest", "reason": "guest_not_found", "details": ["guest_id": "gst-1"], "request_id": "r",
        ]
        let (result, _) = try await run(Self.decline + ["--yes"], [.json(404, body)])
        #expect(failure(result) == CommandFailure(.notFound, "No such guest", ["guest_id: gst-1", "request r"]))
    }

    /// Whatever kind of thing an error is about, its id is shown.
    @Test func everyIdOfAnErrorIsShown() async throws {
        let body: JSON = [
            "error": "No such \u{1b}coupon", "reason": "coupon_not_found", "request_id": "r",
            "details": ["coupon_id": "coup-1", "luma": ["message": "No."], "ticket_type_id": "ttype-1", "state": "x"],
        ]
        let (result, _) = try await run(Self.decline + ["--yes"], [.json(404, body)])
        let lines = ["Luma: No.", "coupon_id: coup-1", "ticket_type_id: ttype-1", "request r"]
        #expect(failure(result) == CommandFailure(.notFound, "No such coupon", lines))
    }

    @Test func theExitCodeNamesWhatCommandsName() {
        #expect(ExitStatus.notFound.meaning == "There is no such event, guest, template or file.")
    }

    @Test(arguments: [
        ("guests list", "guests list (command line): needs EVENT"),
        ("guests set-status", "guests set-status (command line): needs EVENT and GUEST"),
        ("guests set-status evt-1", "guests set-status (command line): needs GUEST"),
        ("guests list a b", "\"b\" (command line): is an unexpected argument"),
        ("guests list a --sort date", "--sort (command line): expected one of name, -name, email"),
        ("guests list a --dry-run", "--dry-run (command line): is not an option of guests list"),
        ("guests lst a", "guests lst (command line): is not a command; did you mean list?"),
        ("guests set-status a b --no-status", "--no-status (command line): is not an option"),
        ("guests set-status a b --force", "did you mean --yes?"),
        ("guests set-status a b --send-email --no-send-email", "--no-send-email (command line): is set twice"),
        ("guests set-status a b --send-email=maybe", "expected true or false"),
        ("coupons create a --currency euro", "known words; did you mean eur?"),
    ])
    func mistakes(line: String, problem: String) throws {
        let errors = try #require(throws: ConfigurationErrors.self) {
            try call(line.split(separator: " ").map(String.init))
        }
        #expect(errors.exitCode == 64 && errors.description.contains(problem), "\(errors)")
    }

    /// A row that is added is a command, and each says how it is used.
    @Test func everyRowIsACommand() {
        let rows = Surfaces.all.filter { $0.isDerived(.command) }
        #expect(rows.map(\.name) == OperationVerb.all.map(\.surface.name))
        for verb in OperationVerb.all {
            #expect(verb.operands.map(\.member) == verb.surface.pathMembers)
            let words = (verb.surface.command ?? "").split(separator: " ").filter { !$0.allSatisfy(\.isUppercase) }
            #expect(words == [Substring(verb.noun), Substring(verb.name)])
            for field in verb.surface.fields { #expect(verb.option(of: field.name) != nil, "\(field.name)") }
        }
    }
}

extension JSON {
    /// The document that a command has given.
    fileprivate static func parse(result: Result<CommandOutput, CommandFailure>) throws -> JSON {
        let bytes = try result.get().bytes
        #expect(bytes.last == 0x0a)
        return try JSON.parse(Array(bytes.dropLast()))
    }
}
