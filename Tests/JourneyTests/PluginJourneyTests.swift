import Core
import Foundation
import TestKit
import Testing

/// Programs that are dropped into a directory, and used over each way in.
@Suite struct PluginJourneyTests {
    /// As people write them for other servers: argparse, JSON on standard output, no description.
    private static let sample = """
        import argparse
        import json
        import sys

        def main():
            parser = argparse.ArgumentParser(description="Looks after deployments")
            commands = parser.add_subparsers(dest="command", help="Available commands")
            deploy = commands.add_parser("deploy", help="Deploy an application")
            deploy.add_argument("--app-name", required=True, help="Application name")
            deploy.add_argument("--environment", default="production", help="Target environment")
            status = commands.add_parser("status", help="Show the status")
            status.add_argument("--app-name", required=True)
            args = parser.parse_args()
            if args.command == "deploy":
                result = {"result": f"Deployed {args.app_name} to {args.environment}"}
            elif args.command == "status":
                result = {"error": f"no such application: {args.app_name}"}
            else:
                parser.print_help()
                sys.exit(1)
            print(json.dumps(result))
            sys.exit(1 if "error" in result else 0)

        if __name__ == "__main__":
            main()

        """

    @Test func aSampleThatIsDroppedInIsUsedAndTakenAway() async throws {
        let stage = try PluginStage()
        // The name by which others know the setting.
        let gateway = try await stage.start(["LUMA_PLUGINS_DIR": "", "MCP_PLUGINS_DIR": stage.plugins])
        let assistant = ModernAsker(gateway)
        #expect(try await assistant.result("health")["plugins"] == 0)
        try stage.write("devops/cli.py", Self.sample, mode: 0o644)
        try await eventually("its tools are there", within: 60) {
            try await assistant.offeredTools().contains("devops__deploy")
        }
        let health = try await assistant.result("health")
        #expect(health["plugins"] == 1 && health["plugin_names"] == ["devops"])
        let result = try await assistant.result("devops__deploy", ["app-name": "shop"])
        #expect(result == ["result": "Deployed shop to production"])
        // Other spellings, and what a program says of its own failure.
        let other = try await assistant.result("devops.deploy", ["app_name": "shop", "environment": "test"])
        #expect(other == ["result": "Deployed shop to test"])
        #expect(try await assistant.failure("devops__status", ["app-name": "x"]) == "no such application: x")
        #expect(try await assistant.failure("devops__deploy").contains("app-name"))
        // Over REST it is the same tool.
        let rest = try await curlJSON("POST", gateway.address + "/tools/devops__deploy", ["app-name": "shop"])
        #expect(rest.status == 200 && rest.body.contains("Deployed shop to production"), "\(rest.body)")
        try stage.remove("devops")
        try await eventually("its tools are gone", within: 60) {
            try await !assistant.offeredTools().contains { $0.hasPrefix("devops") }
        }
        let gone = try await assistant.ask("tools/call", ["name": "devops__deploy", "arguments": ["app-name": "x"]])
        #expect(gone["error"]?["code"] == -32602)
    }

    /// The way of clients of the first revision: an open stream, on which everything is heard.
    @Test func aClientOfTheFirstRevisionHearsOfItAndCallsIt() async throws {
        let stage = try PluginStage()
        let gateway = try await stage.start()
        let stream = try await OpenStream([gateway.address + "/sse"])
        try await stream.hears("/messages/")
        let place = try #require(stream.text.firstMatch(of: /data: (\/messages\/\S+)/)).1
        func post(_ message: JSON) async throws {
            #expect(try await curlJSON("POST", gateway.address + String(place), message).status == 202)
        }
        try await post([
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": [
                "protocolVersion": "2024-11-05", "capabilities": [:],
                "clientInfo": ["name": "journey", "version": "1"],
            ],
        ])
        try await stream.hears(#""listChanged":true"#)
        try await post(["jsonrpc": "2.0", "method": "notifications/initialized"])
        try stage.write("devops/cli.py", Self.sample, mode: 0o644)
        try await stream.hears("notifications/tools/list_changed")
        try await post([
            "jsonrpc": "2.0", "id": 2, "method": "tools/call",
            "params": ["name": "devops__deploy", "arguments": ["app-name": "shop"]],
        ])
        try await stream.hears("Deployed shop to production")
        // A file that is no plugin changes nothing that is seen.
        try stage.write("notes.txt", "x", mode: 0o644)
        try stage.write("later.sh", "#!/bin/sh\nexit 1\n")
        try await eventually("it was looked at", within: 60) {
            gateway.program.standardError.contains(#""plugin":"later""#)
        }
        #expect(stream.count(of: "notifications/tools/list_changed") == 1)
        stream.leave()
    }

    @Test func aPluginKnowsNothingOfTheGateway() async throws {
        let stage = try PluginStage()
        try stage.shell("look.sh", "env; ls -l /proc/self/fd | wc -l; cat /proc/$PPID/environ 2>/dev/null; true")
        let gateway = try await stage.start([
            "LUMA_AUTH_TOKENS": "me:admin:\(Tokens.admin)", "DEPLOY_TOKEN": "secret-two",
        ])
        let assistant = ModernAsker(gateway, Tokens.curl(Tokens.admin))
        try await eventually("it is there", within: 60) {
            try await assistant.offeredTools().contains("look__run")
        }
        let result = try await assistant.call("look__run")
        let text = result["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
        #expect(text.contains("LUMA_PLUGIN=look"), "\(text)")
        #expect(!text.contains(Tokens.admin) && !text.contains("secret-two") && !text.contains("LUMA_AUTH"), "\(text)")
        try await eventually("it is in the log") {
            let log = gateway.program.standardError
            return log.contains(#""source":"plugins""#) && log.contains(#""tool":"look__run""#)
        }
    }

    /// What speaks MCP is passed on as it is; arguments that do not fit have their code as every other failure.
    @Test func aResultHasAllThatThePluginSaysAndAFailureItsCode() async throws {
        let stage = try PluginStage()
        try stage.write(
            "speaker.sh",
            """
            #!/bin/sh
            if [ "$1" = --describe ]; then
                echo '{"commands": [{"name": "say", "output": "mcp", "parameters": [{"name": "times", "type": "integer", "required": true}]}]}'
            else
                echo '{"content": [{"type": "text", "text": "hello"}], "_meta": {"speaker/voice": "low", "io.modelcontextprotocol/x": 1}}'
            fi

            """)
        let gateway = try await stage.start()
        let assistant = ModernAsker(gateway)
        try await eventually("it is there", within: 60) {
            try await assistant.offeredTools().contains("speaker__say")
        }
        let said = try await assistant.call("speaker__say", ["times": 1])
        #expect(said["_meta"]?["speaker/voice"] == "low", "\(said)")
        #expect(said["_meta"]?["io.modelcontextprotocol/x"] == nil, "\(said)")
        for arguments in [[:], ["times": "many"], ["times": 1, "other": 1]] as [JSON] {
            let wrong = try await assistant.call("speaker__say", arguments)
            #expect(wrong["isError"] == true, "\(wrong)")
            #expect(wrong["structuredContent"]?["error"]?["code"] == "invalid_arguments", "\(wrong)")
        }
    }

    /// The gateway fetches for it, from where its operator lets it, and the log says who was asked.
    @Test func aFileIsFetchedForAPlugin() async throws {
        let stage = try PluginStage()
        let gateway = try await stage.start()
        let port = try #require(gateway.address.split(separator: ":").last)
        let assistant = ModernAsker(gateway)
        try stage.write(
            "size.sh",
            """
            #!/bin/sh
            if [ "$1" = --describe ]; then
                echo '{"contract_version": "1.1", "commands": [{"name": "of", "parameters": [{"name": "url"}],
                    "fetch": {"argument": "url", "types": ["application/json"]}}]}'
            else
                head -c 1 "$LUMA_FETCHED"
            fi

            """)
        // Without a grant there is no such tool.
        try await eventually("it is known", within: 60) {
            let told = try await curl(gateway.address + "/status").json?["plugins"]?["plugins"]?.arrayValue?.first
            return told?["refused"]?.arrayValue?.first?["reason"]?.stringValue?.contains("(fetch)") == true
        }
        try stage.write(
            "plugins.json",
            #"{"format": 1, "plugins": {"size": {"fetch": {"hosts": ["*"], "private_hosts": ["127.0.0.1"], "plain_http": true, "#
                + #""ports": [\#(port)]}}}}"#, mode: 0o600)
        try await eventually("it is offered", within: 60) {
            try await assistant.offeredTools().contains("size__of")
        }
        let url = JSON.string("http://127.0.0.1:\(port)/openapi.json")
        let result = try await assistant.call("size__of", ["url": url])
        #expect(result["content"]?.arrayValue?.first?["text"] == "{", "\(result)")
        let refused = try await assistant.failure("size__of", ["url": "http://10.0.0.1/x"])
        #expect(refused == "url: The address is in a network from which nothing is fetched.")
        #expect(
            try await assistant.failure("size__of", ["url": .string("http://127.0.0.1:\(port)/docs")]).contains(
                "none of"))
        try await eventually("the hosts are in the log") {
            let log = gateway.program.standardError
            return log.contains(#""host":"127.0.0.1""#) && log.contains(#""host":"10.0.0.1""#)
        }
    }

    @Test func whatIsRefusedIsToldOf() async throws {
        let stage = try PluginStage()
        try stage.shell("well.sh", "echo well")
        try stage.write("broken.sh", "#!/bin/sh\necho '{\"commands\": 1}'\n")
        try stage.write("open.sh", "#!/bin/sh\n", mode: 0o777)
        let gateway = try await stage.start()
        var told: JSON?
        try await eventually("all are known", within: 60) {
            told = try await curl(gateway.address + "/status").json?["plugins"]
            return told?["settling"] == false && told?["refused"]?.arrayValue?.count == 2
        }
        let reasons = told?["refused"]?.arrayValue ?? []
        #expect(reasons.compactMap { $0["name"]?.stringValue }.sorted() == ["broken", "open.sh"])
        #expect(reasons.contains { $0["reason"]?.stringValue?.contains("commands must be an array") == true })
        #expect(reasons.contains { $0["reason"]?.stringValue?.contains("written by other users") == true })
        #expect(told?["plugins"]?.arrayValue?.first?["tools"] == ["well__run"])
        #expect(told?["plugins"]?.arrayValue?.first?["sandbox"]?.stringValue?.hasPrefix("default: ") == true)
        let settings = ["LUMA_PLUGINS_DIR": stage.plugins, "LUMA_SANDBOX": "true", "LUMA_PORT": "0"]
        let doctor = try Program(["doctor"], environment: settings)
        #expect(try await doctor.exitCode(within: 60) == 1)
        #expect(doctor.standardOutput.contains("broken is not offered"), "\(doctor.standardOutput)")
        let list = try Program(["plugins", "list", "--json"], environment: settings)
        #expect(try await list.exitCode(within: 60) == 1)
        let json = try JSON.parse(list.standardOutput)
        #expect(json["plugins"]?.arrayValue?.first?["name"] == "well" && json["refused"]?.arrayValue?.count == 2)
    }

    // MARK: The end

    private static func grant(_ outside: String) -> String {
        #"{"format": 1, "plugins": {"long": {"paths": [{"path": "\#(outside)", "write": true}]}}}"#
    }

    /// A gateway that is killed takes with it what its plugins have started.
    @Test func whatAPluginHasStartedDoesNotOutliveAGatewayThatIsKilled() async throws {
        let stage = try PluginStage()
        try stage.shell(
            "long.sh",
            "sleep 600 & echo $! > \(stage.outside)/part; mv \(stage.outside)/part \(stage.outside)/long; wait")
        try stage.write("plugins.json", Self.grant(stage.outside), mode: 0o600)
        let gateway = try await stage.start()
        let assistant = ModernAsker(gateway)
        try await eventually("it is there", within: 60) {
            try await assistant.offeredTools().contains("long__run")
        }
        let call = Task { try await assistant.ask("tools/call", ["name": "long__run", "arguments": [:]]) }
        let process = try await stage.noted("long")
        #expect(!PluginStage.hasEnded(process))
        gateway.program.signal(SIGKILL)
        _ = try? await call.value
        try await eventually("it has ended, too", within: 60) { PluginStage.hasEnded(process) }
    }

    /// A call that is under way when the gateway ends, by a signal that it hears or by one that it does not.
    @Test(arguments: [SIGTERM, SIGKILL]) func nothingOutlivesTheGateway(signal: Int32) async throws {
        let stage = try PluginStage()
        try stage.shell(
            "long.sh",
            "trap '' TERM; echo $$ > \(stage.outside)/part; mv \(stage.outside)/part \(stage.outside)/long; exec sleep 600"
        )
        try stage.write("plugins.json", Self.grant(stage.outside), mode: 0o600)
        let gateway = try await stage.start()
        let assistant = ModernAsker(gateway)
        try await eventually("it is there", within: 60) {
            try await assistant.offeredTools().contains("long__run")
        }
        let call = Task { try await assistant.ask("tools/call", ["name": "long__run", "arguments": [:]]) }
        let process = try await stage.noted("long")
        #expect(!PluginStage.hasEnded(process))
        gateway.program.signal(signal)
        if signal == SIGTERM {
            #expect(try await gateway.program.exitCode(within: 60) == 0)
            let answer = try? await call.value
            #expect(answer?["result"]?["isError"] == true, "\(answer as Any)")
            // Nothing is waited for that has ended with the gateway.
            #expect(PluginStage.hasEnded(process))
        } else {
            _ = try? await call.value
            try await eventually("it has ended, too", within: 60) { PluginStage.hasEnded(process) }
        }
    }

    /// The smallest plugin that is shown to authors, by the commands for them.
    @Test func theExampleWorks() async throws {
        let example = Program.root.appendingPathComponent("examples/plugins/hello")
        // A checkout may be anybody's.
        let settings = ["LUMA_PLUGINS_STRICT": "false"]
        let check = try Program(["plugins", "check", example.path], environment: settings)
        #expect(try await check.exitCode(within: 60) == 0, "\(check.standardOutput)\(check.standardError)")
        #expect(check.standardOutput.contains("hello__greet"))
        let run = try Program(["plugins", "run", example.path, "greet", #"{"name": "Ada"}"#], environment: settings)
        #expect(try await run.exitCode(within: 60) == 0, "\(run.standardError)")
        #expect(run.standardOutput == "Hello, Ada!\n")
        let wrong = try Program(["plugins", "run", example.path, "greet", #"{"nam": "Ada"}"#], environment: settings)
        #expect(try await wrong.exitCode(within: 60) == 1)
        #expect(wrong.standardError.contains("name"), "\(wrong.standardError)")
    }

    /// What the page says that an operator may write is read as it stands.
    @Test func theFileOfThePageIsRead() async throws {
        let stage = try PluginStage()
        try stage.shell("hello.sh", "echo hello")
        let text = try #require(ReadmeTests.blocks("json", of: "docs/plugins.md").first)
        try stage.write("plugins.json", text, mode: 0o600)
        let list = try Program(["plugins", "list", "--plugins-dir", stage.plugins])
        _ = try await list.exitCode(within: 60)
        #expect(list.standardOutput.contains("hello__run"), "\(list.standardOutput)\(list.standardError)")
        let problems = list.standardOutput.split(separator: "\n").filter { $0.hasPrefix("problem") }
        #expect(problems.allSatisfy { $0.hasSuffix("which does not exist") }, "\(problems)")
    }
}
