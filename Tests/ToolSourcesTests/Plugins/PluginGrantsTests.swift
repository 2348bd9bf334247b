import Core
import MCP
import Testing
import ToolSources

@Suite struct PluginGrantsTests {
    private static func grants(_ text: String) throws -> PluginGrants { try PluginGrants.read(Array(text.utf8)) }

    private static func policy(_ text: String, _ name: String = "p", _ requests: PluginRequests = PluginRequests())
        throws
        -> PluginPolicy
    { PluginPolicy(name, grants: try grants(text), requests: requests) }

    /// The file of the documents.
    private static let pin = String(repeating: "0123456789abcdef", count: 4)

    private static let sample = """
        {"format": 1,
         "default": {"enabled": false, "concurrency": 2},
         "plugins": {
           "img_bw": {"enabled": true, "scope": "read", "timeout_seconds": 20, "memory_bytes": 536870912, "network": false},
           "devops": {"enabled": true,
                      "env": {"DEPLOY_TOKEN": {"$secret": "DEPLOY_TOKEN"}, "STAGE": "live",
                              "REGION": {"$env": "MY_REGION", "default": "eu"}},
                      "commands": {"deploy": {"scope": "admin"}, "status": {"scope": "read", "hints": {"read_only": true}},
                                   "old": {"enabled": false}},
                      "paths": [{"path": "/srv/deploy", "write": true}], "pin": "sha256:\(pin)", "sandbox": "strict",
                      "output_bytes": 2048, "queue": 0}}}
        """

    @Test func theFileSaysWhatEachPluginMayDo() throws {
        let image = try Self.policy(Self.sample, "img_bw")
        #expect(image.isEnabled && image.timeoutSeconds == 20 && image.memoryBytes == 536_870_912 && !image.hasNetwork)
        #expect(image.concurrency == 2 && image.queue == 32 && image.outputBytes == 1 << 20)
        #expect(image.sandbox == .standard && image.pin == nil && image.command(PluginCommand("x")).scope == .read)

        let devops = try Self.policy(Self.sample, "devops")
        #expect(devops.variables.map(\.name) == ["DEPLOY_TOKEN", "STAGE", "REGION"])
        #expect(
            devops.variables.map(\.source) == [
                .secret("DEPLOY_TOKEN"), .literal("live"), .environment("MY_REGION", fallback: "eu"),
            ])
        #expect(devops.paths == [PluginPath("/srv/deploy", isWritable: true)].compactMap { $0 })
        #expect(
            devops.sandbox == .strict && devops.pin == PluginPin("sha256:" + Self.pin) && devops.outputBytes == 2048
                && devops.queue == 0)
        #expect(devops.command(PluginCommand("deploy")).scope == .admin)
        let status = devops.command(PluginCommand("status"))
        #expect(status.scope == .read && status.hints.readOnly && !status.hints.destructive)
        #expect(!devops.command(PluginCommand("old")).isEnabled && devops.command(PluginCommand("new")).isEnabled)
        #expect(devops.command(PluginCommand("new")).scope == .write)

        #expect(try !Self.policy(Self.sample, "other").isEnabled)
        var description = PluginDescription()
        description.commands = [PluginCommand("deploy")]
        #expect(devops.unknownCommands(of: description) == ["old", "status"])
    }

    @Test func withoutTheFileAPluginHasTheLeast() {
        let policy = PluginPolicy("p", grants: PluginGrants(), requests: PluginRequests())
        #expect(policy.isEnabled && !policy.hasNetwork && policy.variables.isEmpty && policy.paths.isEmpty)
        #expect(policy.timeoutSeconds == 30 && policy.concurrency == 4 && policy.memoryBytes == nil)
        let command = policy.command(PluginCommand("x"))
        #expect(command.scope == .write && command.hints == .unknown && command.isEnabled && command.notGranted.isEmpty)
    }

    @Test func namesAloneArePassedOn() throws {
        let policy = try Self.policy(#"{"format":1,"plugins":{"p":{"env":["A","B_2"]}}}"#)
        #expect(
            policy.variables.map(\.source) == [.environment("A", fallback: nil), .environment("B_2", fallback: nil)])
    }

    /// Every mistake is told at its place.
    @Test(arguments: [
        ("[]", "the document: must be an object"), ("{}", "/format: must be 1"),
        (#"{"format":2}"#, "/format: must be 1"),
        (#"{"format":1,"plugin":{}}"#, "/plugin: is not known; did you mean plugins?"),
        (#"{"format":1,"plugins":[]}"#, "/plugins: must be an object"),
        (#"{"format":1,"plugins":{"a__b":{}}}"#, "/plugins/a__b: is not the name of a plugin"),
        (#"{"format":1,"plugins":{"../x":{}}}"#, "/plugins/..~1x: is not the name of a plugin"),
        (#"{"format":1,"plugins":{"p":5}}"#, "/plugins/p: must be an object"),
        (#"{"format":1,"plugins":{"p":{"enabeld":true}}}"#, "/plugins/p/enabeld: is not known; did you mean enabled?"),
        (#"{"format":1,"plugins":{"p":{"enabled":1}}}"#, "/plugins/p/enabled: must be true or false"),
        (#"{"format":1,"plugins":{"p":{"scope":"root"}}}"#, "/plugins/p/scope: must be one of read, write, admin"),
        (
            #"{"format":1,"plugins":{"p":{"timeout_seconds":901}}}"#,
            "/plugins/p/timeout_seconds: must be a number from 0.1 to 900"
        ),
        (
            #"{"format":1,"plugins":{"p":{"output_bytes":16777217}}}"#,
            "/plugins/p/output_bytes: must be a whole number from 1024 to 16777216"
        ),
        (
            #"{"format":1,"plugins":{"p":{"concurrency":17}}}"#,
            "/plugins/p/concurrency: must be a whole number from 1 to 16"
        ),
        (#"{"format":1,"plugins":{"p":{"memory_bytes":5}}}"#, "/plugins/p/memory_bytes: must be a whole number"),
        (
            #"{"format":1,"plugins":{"p":{"sandbox":"hard"}}}"#,
            "/plugins/p/sandbox: must be one of none, limits, default, strict"
        ),
        (
            #"{"format":1,"plugins":{"p":{"pin":true}}}"#,
            "/plugins/p/pin: must be sha256: and 64 digits, as luma-mcp plugins check shows it"
        ),
        (
            #"{"format":1,"plugins":{"p":{"env":5}}}"#,
            "/plugins/p/env: must be an object of names and values, or an array"
        ),
        (#"{"format":1,"plugins":{"p":{"env":{"A":5}}}}"#, "/plugins/p/env/A: must be a string, {\"$secret\""),
        (
            #"{"format":1,"plugins":{"p":{"env":{"A":{"$secret":"B","default":"x"}}}}}"#,
            "/plugins/p/env/A/default: is not known"
        ),
        (#"{"format":1,"plugins":{"p":{"env":{"A":{"$env":"B C"}}}}}"#, "/plugins/p/env/A/$env: must be a name"),
        (#"{"format":1,"plugins":{"p":{"env":{"1A":"x"}}}}"#, "/plugins/p/env/1A: is not the name of a variable"),
        (
            #"{"format":1,"plugins":{"p":{"env":{"LUMA_PLUGIN":"x"}}}}"#,
            "/plugins/p/env/LUMA_PLUGIN: is set by the gateway itself"
        ),
        (#"{"format":1,"plugins":{"p":{"env":["A",5]}}}"#, "/plugins/p/env/1: must be the name of a variable"),
        (#"{"format":1,"plugins":{"p":{"env":{"A":"x\u0000"}}}}"#, "/plugins/p/env/A: must be at most 32768 bytes"),
        (#"{"format":1,"plugins":{"p":{"paths":{}}}}"#, "/plugins/p/paths: must be an array"),
        (
            #"{"format":1,"plugins":{"p":{"paths":[{"path":"a"}]}}}"#,
            "/plugins/p/paths/0/path: must be an absolute path"
        ),
        (
            #"{"format":1,"plugins":{"p":{"paths":[{"path":"/a/../b"}]}}}"#,
            "/plugins/p/paths/0/path: must be an absolute path"
        ),
        (
            #"{"format":1,"plugins":{"p":{"paths":[{"path":"/a","wirte":true}]}}}"#,
            "/plugins/p/paths/0/wirte: is not known; did you mean write?"
        ),
        (
            #"{"format":1,"plugins":{"p":{"commands":{"-x":{}}}}}"#,
            "/plugins/p/commands/-x: is not the name of a command"
        ),
        (#"{"format":1,"plugins":{"p":{"commands":{"x":{"env":{}}}}}}"#, "/plugins/p/commands/x/env: is not known"),
        (
            #"{"format":1,"plugins":{"p":{"hints":{"readonly":true}}}}"#,
            "/plugins/p/hints/readonly: is not known; did you mean read_only?"
        ),
        (
            #"{"format":1,"plugins":{"p":{"hints":{"read_only":true,"destructive":true}}}}"#,
            "/plugins/p/hints: a read-only tool"
        ),
        (#"{"format":1,"default":{"env":{"A":"x"}}}"#, "/default/env: is not known"),
        (#"{"format":1,"plugins":{"p":{},"p":{}}}"#, "the document: the member \"p\" is there twice"),
    ])
    func mistakesAreToldAtTheirPlace(document: String, problem: String) {
        let problems = #expect(throws: DocumentProblems.self) { try Self.grants(document) }
        #expect(problems?.text.hasPrefix(problem) == true, "\(problems?.text ?? "")")
    }

    @Test func allMistakesAreToldAtOnce() {
        let problems = #expect(throws: DocumentProblems.self) {
            try Self.grants(#"{"plugins":{"a":{"scope":1},"b":{"queue":-1}},"x":1}"#)
        }
        #expect(
            problems?.problems.map(\.pointer) == ["/x", "/format", "/plugins/a/scope", "/plugins/b/queue"])
    }

    /// A value in the file may be a secret: no error repeats one.
    @Test func noMistakeRepeatsAValue() {
        let problems = #expect(throws: DocumentProblems.self) {
            try Self.grants(#"{"format":1,"plugins":{"p":{"env":{"A":["hunter2hunter2"]},"scope":"hunter2hunter2"}}}"#)
        }
        #expect(problems?.text.contains("hunter2") == false)
    }

    // MARK: Requests

    @Test func whatIsAskedForAndNotGrantedIsTold() throws {
        var requests = PluginRequests()
        requests.timeoutSeconds = 120
        requests.isSerial = true
        requests.environment = ["TOKEN", "OTHER"]
        requests.network = true
        requests.paths = [PluginPath("/srv/x", isWritable: true)].compactMap { $0 }
        let none = PluginPolicy("p", grants: PluginGrants(), requests: requests)
        #expect(none.timeoutSeconds == 30 && none.concurrency == 1 && !none.hasNetwork && none.variables.isEmpty)
        #expect(
            none.notGranted == [
                "asks for 120 seconds, has 30 seconds (timeout_seconds)", "asks for the network (network)",
                "asks for the environment variable TOKEN (env)", "asks for the environment variable OTHER (env)",
                "asks to write /srv/x (paths)",
            ])
        let text = """
            {"format":1,"plugins":{"p":{"timeout_seconds":200,"network":true,"env":{"TOKEN":"t","MORE":"m"},"concurrency":8,
             "paths":[{"path":"/srv","write":true}]}}}
            """
        let some = try Self.policy(text, "p", requests)
        #expect(some.timeoutSeconds == 120 && some.hasNetwork && some.concurrency == 1)
        #expect(some.variables.map(\.name) == ["TOKEN"], "no more than it asks for")
        #expect(some.paths.map(\.path) == ["/srv/x"])
        #expect(some.notGranted == ["asks for the environment variable OTHER (env)"])
        let silent = try Self.policy(text)
        #expect(silent.variables.map(\.name) == ["TOKEN", "MORE"] && silent.hasNetwork && silent.timeoutSeconds == 200)
        requests.network = false
        #expect(try !Self.policy(text, "p", requests).hasNetwork)
    }

    /// Of two paths, one within the other, the inner one is meant; writing needs both sides.
    @Test(arguments: [
        ("/a", true, "/a", true, ["/a w"], 0), ("/a", true, "/a", false, ["/a r"], 1),
        ("/a", false, "/a", true, ["/a r"], 0),
        ("/a/b", true, "/a", true, ["/a/b w"], 0), ("/a", true, "/a/b", true, ["/a/b w"], 1),
        ("/ab", false, "/a", true, [], 1), ("/a", false, "/ab", true, [], 1), ("/a", false, "/", false, ["/a r"], 0),
        ("/a//b/", false, "/a/./b", false, ["/a/b r"], 0),
    ])
    func pathsAreShared(
        asked: String, asksToWrite: Bool, granted: String, mayWrite: Bool, paths: [String], missing: Int
    ) throws {
        var requests = PluginRequests()
        requests.paths = [try #require(PluginPath(asked, isWritable: asksToWrite))]
        let policy = try Self.policy(
            #"{"format":1,"plugins":{"p":{"paths":[{"path":"\#(granted)","write":\#(mayWrite)}]}}}"#, "p", requests)
        #expect(policy.paths.map { $0.path + ($0.isWritable ? " w" : " r") } == paths)
        #expect(policy.notGranted.count == missing)
    }

    @Test func aCommandsRequests() throws {
        var command = PluginCommand("c")
        command.scope = .read
        command.timeoutSeconds = 60
        command.hints.readOnly = true
        command.hints.openWorld = true
        let least = PluginPolicy("p", grants: PluginGrants(), requests: PluginRequests()).command(command)
        #expect(
            least.scope == .write && least.hints == .unknown && least.timeoutSeconds == 30 && least.askedSeconds == 60)
        #expect(
            least.notGranted == [
                "asks for scope read, has write (scope)", "asks for 60 seconds, has 30 seconds (timeout_seconds)",
                "asks for the hint read_only to be true (hints)",
            ])
        let text =
            #"{"format":1,"plugins":{"p":{"scope":"admin","commands":{"c":{"scope":"read","timeout_seconds":90,"hints":{"read_only":true}}}}}}"#
        let granted = try Self.policy(text).command(command)
        #expect(granted.scope == .read && granted.timeoutSeconds == 60 && granted.askedSeconds == nil)
        #expect(granted.hints == Tool.Hints(readOnly: true, destructive: false, idempotent: false, openWorld: true))
        #expect(granted.notGranted.isEmpty)
        #expect(try Self.policy(text).command(PluginCommand("d")).scope == .admin)
        // What makes it safer needs no grant.
        command.scope = .admin
        command.timeoutSeconds = 5
        let strict = PluginPolicy("p", grants: PluginGrants(), requests: PluginRequests()).command(command)
        #expect(strict.scope == .admin && strict.timeoutSeconds == 5)
    }

    @Test func aCommandBecomesADefinition() throws {
        let cleaner = DefinitionCleaner { _ in Array(repeating: 0, count: 32) }
        var command = PluginCommand("my-command", input: ["properties": ["a": ["type": "string"]]])
        command.description = "Does it."
        let policy = try Self.policy(#"{"format":1,"plugins":{"p":{"scope":"admin"}}}"#).command(command)
        let definition = try cleaner.clean(command, plugin: "p", policy: policy).definition
        #expect(definition.name == "p__my-command" && definition.title == "my-command")
        #expect(definition.description == "Does it." && definition.scope == .toolsAdmin && definition.hints == .unknown)
        #expect(definition.input == ["type": "object", "properties": ["a": ["type": "string"]]])
    }

    @Test func noBeginningAndNoMutationOfTheFileStopsTheReading() throws {
        let octets = Array(Self.sample.utf8)
        for end in octets.indices {
            #expect(throws: DocumentProblems.self) { try PluginGrants.read(Array(octets[..<end])) }
        }
        for mutation in try JSON.parse(Self.sample).mutations {
            do { _ = try PluginGrants.read(mutation.encoded) } catch { #expect(!error.problems.isEmpty) }
        }
    }
}
