import Core
import Dispatch
import IOTestKit
import MCP
import Synchronization
import Testing
import ToolSources

@testable import ToolHost

/// A service behind a login: who logs in how often, and what happens when that fails.
@Suite struct ForwarderTokenTests {
    private typealias Bench = ForwarderBench

    /// What the service does with a login, and which token it takes.
    private final class Login: Sendable {
        private struct State {
            var logins = 0
            /// The token that is taken; nil for none.
            var taken: String?
        }
        private let state = Mutex(State())
        /// What is answered to the login of this number, which gives this token; nil for the usual.
        let answer: @Sendable (SocketServer.Connection, Int) -> Bool

        init(_ answer: @escaping @Sendable (SocketServer.Connection, Int) -> Bool = { _, _ in false }) {
            self.answer = answer
        }

        var count: Int { state.withLock { $0.logins } }

        /// No token that was given is taken any more.
        func expire() { state.withLock { $0.taken = nil } }

        func serve(_ connection: SocketServer.Connection) {
            while let request = connection.read() {
                if request.target == "/login" { logIn(request, connection) } else { read(request, connection) }
            }
        }

        private func logIn(_ request: SocketServer.Request, _ connection: SocketServer.Connection) {
            #expect(String(decoding: request.body, as: UTF8.self) == #"{"secret":"\#(Bench.secret)"}"#)
            let number = state.withLock { state in
                state.logins += 1
                return state.logins
            }
            if answer(connection, number) { return }
            let token = "token-number-\(number)"
            state.withLock { $0.taken = token }
            connection.answer(
                "{}", fields: "Set-Cookie: session=1; Path=/\r\nSet-Cookie: access_token=\(token); HttpOnly\r\n")
        }

        private func read(_ request: SocketServer.Request, _ connection: SocketServer.Connection) {
            let isTaken = state.withLock { $0.taken.map { request.field("authorization") == "Bearer " + $0 } ?? false }
            connection.answer(isTaken ? #"{"ok":true}"# : "{}", status: isTaken ? "200 OK" : "401 Unauthorized")
        }
    }

    private static let auth = #"""
        , "limits": {"concurrency": 64, "queue": 1024},
        "auth": {"kind": "login",
                 "request": {"method": "POST", "path": "/login", "json": {"secret": {"$secret": "TEST_SECRET"}}},
                 "expect": [200], "token": {"cookie": "access_token"},
                 "send": {"header": "authorization", "prefix": "Bearer "},
                 "lifetime": {"from": ["cookie", "jwt"], "default_seconds": 900}}
        """#

    private static func serve(
        _ login: Login, tools: String = Bench.reading, loops: Int = 1, _ body: (Bench) async throws -> Void
    ) async throws {
        let script: Bench.Script = { login.serve($0) }
        try await Bench.serve(tools, upstream: auth, loops: loops, script, body)
    }

    /// Calls so often at once, on all loops; all succeed.
    private static func callAtOnce(_ bench: Bench, _ count: Int) async throws {
        let failures = try await withThrowingTaskGroup(of: ForwarderFailure?.self) { group in
            for number in 0..<count {
                group.addTask { try #require(try await bench.call(loop: number % bench.loops.count)).failure }
            }
            return try await group.reduce(into: [ForwarderFailure]()) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
        #expect(failures == [])
    }

    @Test func aHundredCallsAtOnceLogInOnce() async throws {
        let login = Login()
        try await Self.serve(login, loops: 4) { (bench: Bench) async throws in
            try await Self.callAtOnce(bench, 100)
            #expect(login.count == 1)
            #expect(bench.server.requests.filter { $0.target == "/read" }.count == 100)
        }
    }

    /// A token that is refused is fetched anew once, however many calls find out.
    @Test func aTokenThatHasExpiredIsRenewedOnce() async throws {
        let login = Login()
        try await Self.serve(login, loops: 2) { (bench: Bench) async throws in
            try await Self.callAtOnce(bench, 1)
            for round in 1...3 {
                login.expire()
                try await Self.callAtOnce(bench, 20)
                #expect(login.count == 1 + round)
            }
        }
    }

    /// A call that changes something is made again as well, for a 401 says that it was not executed.
    @Test func aWriteIsRepeatedAfterALogin() async throws {
        let login = Login()
        try await Self.serve(login, tools: Bench.writing) { (bench: Bench) async throws in
            #expect(try await bench.call("tool", ["a": "1"])?.failure == nil)
            login.expire()
            #expect(try await bench.call("tool", ["a": "2"])?.failure == nil)
            let bodies = bench.server.requests.filter { $0.target == "/write" }.map {
                String(decoding: $0.body, as: UTF8.self)
            }
            #expect(bodies == [#"{"a":"1"}"#, #"{"a":"2"}"#, #"{"a":"2"}"#] && login.count == 2)
        }
    }

    /// Whose fresh token is refused is not helped by another one.
    @Test func aServiceThatRefusesEveryTokenIsNotStormed() async throws {
        let login = Login { connection, number in
            connection.answer("{}", fields: "Set-Cookie: access_token=no-good-token-\(number)\r\n")
            return true
        }
        try await Self.serve(login) { (bench: Bench) async throws in
            for _ in 0..<5 {
                let failure = try await bench.failure()
                #expect(failure.kind == .auth, "\(failure)")
            }
            #expect(login.count == 2)
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var status = "200 OK"
        var fields = ""
        var body = "{}"
    }

    static let refusals = [
        Refusal(testDescription: "no cookie"),
        Refusal(testDescription: "another cookie", fields: "Set-Cookie: access_tokens=x\r\n"),
        Refusal(testDescription: "an empty cookie", fields: "Set-Cookie: access_token=\r\n"),
        Refusal(testDescription: "a page", fields: "Content-Type: text/html\r\n", body: "<html>sign in</html>"),
        Refusal(
            testDescription: "a redirect", status: "302 Found",
            fields: "Location: /elsewhere\r\nSet-Cookie: access_token=token-of-a-redirect\r\n"),
        Refusal(testDescription: "an error", status: "500 Internal Server Error"),
        Refusal(testDescription: "a refusal", status: "403 Forbidden"),
        Refusal(
            testDescription: "a token that no header field can carry",
            fields: "Set-Cookie: access_token=\(String(repeating: "x", count: 9000))\r\n"),
        Refusal(
            testDescription: "a head that is too large",
            fields: "Set-Cookie: access_token=\(String(repeating: "x", count: 100_000))\r\n"),
    ]

    /// A login that fails is tried once, and then not for a while; the call says so.
    @Test(arguments: refusals) func aLoginThatFails(_ refusal: Refusal) async throws {
        let login = Login { connection, _ in
            connection.answer(refusal.body, status: refusal.status, fields: refusal.fields)
            return true
        }
        try await Self.serve(login) { (bench: Bench) async throws in
            let begun = ContinuousClock.now
            for _ in 0..<3 {
                let failure = try await bench.failure()
                #expect([.auth, .unreachable].contains(failure.kind), "\(failure)")
                #expect(failure.message.contains("login") && failure.retryAfterSeconds ?? 0 >= 1, "\(failure)")
            }
            // It is tried again after a second at the earliest.
            if ContinuousClock.now - begun < .seconds(1) { #expect(login.count == 1) }
            #expect(bench.server.requests.allSatisfy { $0.target == "/login" })
            let warnings = bench.logged.filter { $0.message == "Login to a service failed" }
            #expect(warnings.count == login.count)
        }
    }

    /// Whoever waits for the login has its own time; the login has its own, too.
    @Test func aLoginThatHangsHoldsNobodyLongerThanTheyWait() async throws {
        let gate = DispatchSemaphore(value: 0)
        let login = Login { _, _ in
            gate.wait()
            return false
        }
        let hasty = Bench.tool(
            #""request": {"method": "GET", "path": "/read"}, "timeout_seconds": 1"#, name: "hasty")
        try await Self.serve(login, tools: hasty + "," + Bench.reading) { (bench: Bench) async throws in
            #expect(try await bench.failure("hasty").kind == .timeout)
            // The login goes on for whoever comes next.
            async let patient = bench.call()
            gate.signal()
            let outcome = try await patient
            #expect(outcome?.value == ["ok": true])
            #expect(login.count == 1)
        }
    }

    @Test func whoeverBeganTheLoginMayLeave() async throws {
        let gate = DispatchSemaphore(value: 0)
        let login = Login { _, _ in
            gate.wait()
            return false
        }
        try await Self.serve(login, loops: 2) { (bench: Bench) async throws in
            let first = Task { try await bench.call(loop: 0) }
            try await ForwarderRunnerTests.wait { login.count == 1 }
            async let second = bench.call(loop: 1)
            try await ForwarderRunnerTests.wait { bench.host.runs.slots.counts("test").running == 2 }
            first.cancel()
            #expect(try await first.value == nil)
            gate.signal()
            let outcome = try await second
            #expect(outcome?.value == ["ok": true])
            #expect(login.count == 1)
        }
    }

    /// What a service says back of secrets stands in no result and no line of the log.
    @Test func noSecretIsSaidBack() async throws {
        let login = Login { connection, number in
            guard number > 1 else { return false }
            connection.answer(#"{"message":"\#(Bench.secret) is wrong"}"#, status: "500 Internal Server Error")
            return true
        }
        let echo = Bench.tool(
            #""request": {"method": "GET", "path": "/echo"}, "errors": {"reveal": true}"#, name: "echo")
        let echoing: Bench.Script = { connection in
            while let request = connection.read() {
                if request.target == "/login" {
                    connection.answer(
                        #"{"secret":"\#(Bench.secret)"}"#, fields: "Set-Cookie: access_token=secret-token-1\r\n")
                } else {
                    let said = #"{"message":"\#(request.field("authorization") ?? "") and \#(Bench.secret)"}"#
                    let isRead = request.target == "/read"
                    connection.answer(said, status: isRead ? "200 OK" : "400 Bad Request")
                }
            }
        }
        func check(_ texts: [String]) {
            for text in texts {
                #expect(!text.contains(Bench.secret) && !text.contains("secret-token-1"), "\(text)")
            }
        }
        try await Bench.serve(Bench.reading + "," + echo, upstream: Self.auth, echoing) { (bench: Bench) async throws in
            for name in ["tool", "echo"] {
                let outcome = try #require(try await bench.call(name))
                #expect((outcome.failure == nil) == (name == "tool"))
                let result = outcome.toolResult
                check(result.content.compactMap(\.text) + [String(decoding: outcome.value.encoded, as: UTF8.self)])
                check([outcome.failure?.message ?? "", "\(result.structured ?? [:])"])
                #expect("\(result.content)".contains("Bearer"))
            }
            check(bench.logged.map { "\($0)" })
        }
        try await Self.serve(login) { (bench: Bench) async throws in
            try await Self.callAtOnce(bench, 1)
            login.expire()
            let failure = try await bench.failure()
            check([failure.message] + bench.logged.map { "\($0)" })
            #expect(bench.logged.contains { $0.message == "Login to a service failed" })
        }
    }
}
