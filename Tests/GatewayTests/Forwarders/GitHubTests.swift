import Core
import GatewayAPI
import IOTestKit
import Settings
import TestKit
import Testing

@testable import Gateway

/// GitHub's five tools against a service on a socket.
@Suite struct GitHubTests {
    private static let token = "ghp_0123456789abcdef"
    private typealias Answer = @Sendable (SocketServer.Request) -> FakeService.Answer?

    private static func serve(
        _ answer: @escaping Answer, _ body: (InProcess, FakeService) async throws -> Void
    ) async throws {
        let serving: @Sendable (SocketServer.Request) -> FakeService.Answer = { request in
            #expect(request.field("authorization") == "Bearer " + token)
            #expect(request.field("accept") == "application/vnd.github+json")
            return answer(request) ?? .json(#"{"message":"Not Found"}"#, "404 Not Found")
        }
        try await FakeService.serve(serving) { service in
            try await InProcess.serve([.gitHubToken: token, .gitHubURL: service.url]) {
                (gateway: InProcess) async throws in
                try await body(gateway, service)
                let told = await gateway.logLines().map { String(decoding: $0.encoded, as: UTF8.self) }.joined()
                #expect(!told.contains(token))
            }
        }
    }

    private static let place: JSONObject = ["owner": "ada", "repo": "engine"]

    private static func with(_ members: JSONObject) -> JSONObject {
        var arguments = place
        for member in members.members { arguments[member.name] = member.value }
        return arguments
    }

    @Test func issuesComeFromAllPagesAndWithoutPullRequests() async throws {
        func issue(_ number: Int, isPullRequest: Bool = false) -> String {
            #"{"number":\#(number),"title":"T\#(number)","html_url":"https://x/\#(number)","labels":[{"name":"bug"}]"#
                + (isPullRequest ? #","pull_request":{}}"# : "}")
        }
        let first = "[" + [issue(1), issue(2, isPullRequest: true)].joined(separator: ",") + "]"
        let second = "[" + [issue(3), issue(4)].joined(separator: ",") + "]"
        let answer: Answer = { request in
            switch request.line {
            case "GET /repos/ada/engine/issues?state=open&per_page=100":
                let next = "http://\(request.field("host") ?? "")/repositories/1/issues?page=2"
                return .json(first, fields: "Link: <\(next)>; rel=\"next\", <\(next)>; rel=\"last\"\r\n")
            case "GET /repositories/1/issues?page=2": return .json(second)
            default: return nil
            }
        }
        try await Self.serve(answer) { (gateway: InProcess, service: FakeService) async throws in
            let result = try await gateway.call("list_issues", Self.place)
            let issues = result["structuredContent"]?["issues"]?.arrayValue ?? []
            #expect(issues.map { $0["number"] } == [1, 3, 4], "\(result)")
            #expect(issues.first == ["number": 1, "title": "T1", "url": "https://x/1", "labels": ["bug"]])
            #expect(service.asked.count == 2)
            // What is on the first page needs no second one.
            let one = try await gateway.call("list_issues", Self.with(["limit": 1]))
            #expect(one["structuredContent"]?["issues"]?.arrayValue?.count == 1 && service.asked.count == 3)
        }
    }

    /// A link that leads elsewhere is not followed, and the token goes nowhere.
    @Test func aLinkToElsewhereIsNotFollowed() async throws {
        let anything: @Sendable (SocketServer.Request) -> FakeService.Answer = { _ in .json("[]") }
        try await FakeService.serve(anything) { elsewhere in
            let url = elsewhere.url
            let answer: Answer = { _ in .json("[]", fields: "Link: <\(url)/issues?page=2>; rel=\"next\"\r\n") }
            try await Self.serve(answer) { (gateway: InProcess, _: FakeService) async throws in
                let result = try await gateway.call("list_issues", Self.place)
                #expect(result["isError"] == true, "\(result)")
            }
            #expect(elsewhere.asked == [])
        }
    }

    @Test func aBranchBeginsWhereItsBaseIs() async throws {
        let answer: Answer = { request in
            switch request.line {
            case "GET /repos/ada/engine/git/ref/heads/release/1.0": return .json(#"{"object":{"sha":"abc123"}}"#)
            case "POST /repos/ada/engine/git/refs":
                #expect(
                    [
                        #"{"ref":"refs/heads/fix/it","sha":"abc123"}"#, #"{"ref":"refs/heads/main","sha":"abc123"}"#,
                    ].contains(request.text))
                return request.text.contains("main")
                    ? .json(#"{"message":"Reference already exists"}"#, "422 Unprocessable Content")
                    : .json("{}", "201 Created")
            default: return nil
            }
        }
        try await Self.serve(answer) { (gateway: InProcess, service: FakeService) async throws in
            let made = try await gateway.call(
                "create_branch", Self.with(["base": "release/1.0", "new_branch": "fix/it"]))
            #expect(made["structuredContent"] == ["branch": "fix/it"], "\(made)")
            let taken = try await gateway.call(
                "create_branch", Self.with(["base": "release/1.0", "new_branch": "main"]))
            let text = taken["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
            #expect(taken["isError"] == true && text.contains("exists already"), "\(text)")
            #expect(text.contains("done before it: head"))
            let none = try await gateway.call("create_branch", Self.with(["base": "none", "new_branch": "x"]))
            #expect(none["isError"] == true && "\(none)".contains("Not Found"), "\(none)")
            #expect(service.asked.count == 5)
        }
    }

    /// Only a 404 means that there is no such file; its content goes as it came.
    @Test func aFileIsCreatedOrReplaced() async throws {
        let answer: Answer = { request in
            switch request.line {
            case "GET /repos/ada/engine/contents/docs/a%20b.bin?ref=main",
                "GET /repos/ada/engine/contents/new?ref=main":
                return request.line.contains("new") ? nil : .json(#"{"sha":"old-sha"}"#)
            case "GET /repos/ada/engine/contents/broken?ref=main":
                return .json("{}", "500 Internal Server Error")
            case "PUT /repos/ada/engine/contents/docs/a%20b.bin":
                #expect(
                    request.text
                        == #"{"message":"m","content":"AP+A","branch":"main","sha":"old-sha"}"#)
                return .json("{}")
            case "PUT /repos/ada/engine/contents/new":
                #expect(request.text == #"{"message":"m","content":"AP+A","branch":"main"}"#)
                return .json("{}", "201 Created")
            default:
                Issue.record("nobody asks for this: \(request.line)")
                return nil
            }
        }
        try await Self.serve(answer) { (gateway: InProcess, service: FakeService) async throws in
            func commit(_ path: String) async throws -> JSON {
                try await gateway.call(
                    "commit_file",
                    Self.with(["branch": "main", "path": .string(path), "content_b64": "AP+A", "message": "m"]))
            }
            let old = try await commit("docs/a b.bin")
            #expect(
                old["structuredContent"] == ["status": "updated", "path": "docs/a b.bin", "branch": "main"], "\(old)")
            let new = try await commit("new")
            #expect(new["structuredContent"] == ["status": "created", "path": "new", "branch": "main"], "\(new)")
            #expect(try await commit("broken")["isError"] == true)
            #expect(service.asked.filter { $0.hasPrefix("PUT") }.count == 2)
            let asked = service.asked.count
            for path in ["../secrets", "a/../b", "%2e%2e/x", "/etc", "a//b", ""] {
                #expect(try await commit(path)["isError"] == true, "\(path)")
            }
            #expect(service.asked.count == asked)
        }
    }

    @Test func aPullRequestIsOpenedAndAWorkflowStarted() async throws {
        let answer: Answer = { request in
            switch request.line {
            case "POST /repos/ada/engine/pulls":
                #expect(request.text == #"{"title":"T","head":"fix","base":"main","body":""}"#)
                return .json(#"{"number":7,"html_url":"https://x/7","title":"T","user":{}}"#, "201 Created")
            case "POST /repos/ada/engine/actions/workflows/build.yml/dispatches":
                #expect(request.text == #"{"ref":"main","inputs":{"level":"fast"}}"#)
                return FakeService.Answer(status: "204 No Content", body: "", fields: "")
            default: return nil
            }
        }
        try await Self.serve(answer) { (gateway: InProcess, _: FakeService) async throws in
            let opened = try await gateway.call(
                "open_pr", Self.with(["head": "fix", "base": "main", "title": "T"]))
            #expect(opened["structuredContent"] == ["number": 7, "url": "https://x/7", "title": "T"], "\(opened)")
            let started = try await gateway.call(
                "ci_trigger", Self.with(["workflow_file": "build.yml", "inputs": ["level": "fast"]]))
            #expect(
                started["structuredContent"] == ["dispatched": true, "workflow": "build.yml", "ref": "main"],
                "\(started)")
        }
    }

    /// A write whose answer is lost is told as such, and not made twice.
    @Test func aLostAnswerIsToldAsOne() async throws {
        let server = try SocketServer { connection in _ = connection.read() }
        try await InProcess.serve([.gitHubToken: Self.token, .gitHubURL: server.url]) {
            (gateway: InProcess) async throws in
            let result = try await gateway.call("open_pr", Self.with(["head": "a", "base": "b", "title": "T"]))
            #expect(result["structuredContent"]?["error"]?["code"] == "outcome_unknown", "\(result)")
            #expect(await gateway.logLines().last { $0["tool"] == "open_pr" }?["outcome"] == "outcome_unknown")
        }
        #expect(server.requests.count == 1)
        server.stop()
    }
}
