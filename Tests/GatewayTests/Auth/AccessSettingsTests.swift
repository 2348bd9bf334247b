import Core
import Foundation
import GatewayAPI
import IO
import Settings
import Testing

@testable import Gateway

@Suite struct AccessSettingsTests {
    private static let token = "0123456789abcdefghij"

    private func resolve(_ settings: [String: String]) throws(ConfigurationErrors) -> Configuration {
        try Configuration.resolve(
            flags: [:], environment: settings.merging(["LUMA_API_KEY": "luma-key-0123456789abc"]) { $1 }, dotEnv: nil,
            surroundings: Surroundings(cores: 1, isTerminal: false)
        ).configuration
    }

    private func problem(_ settings: [String: String]) throws -> String {
        do throws(ConfigurationErrors) {
            _ = try resolve(settings)
        } catch {
            return error.description
        }
        Issue.record("no problem with \(settings)")
        return ""
    }

    @Test func nothingIsAskedUnlessItIsSaid() throws {
        let access = try resolve([:]).access
        #expect(access.tokens == nil && !access.readOnly && access.requestsPerMinute == nil)
        #expect(access.allowedOrigins.isEmpty)
    }

    @Test func aTokenOpensTheWayToOtherMachines() throws {
        #expect(try problem(["LUMA_HOST": "0.0.0.0"]).contains("LUMA_AUTH_TOKENS"))
        let listed = try resolve(["LUMA_HOST": "0.0.0.0", "LUMA_AUTH_TOKENS": "a:read:\(Self.token)"])
        #expect(listed.allowsExternal)
        let file = try resolve(["LUMA_HOST": "0.0.0.0", "LUMA_AUTH_TOKENS": "@/etc/tokens"])
        #expect(file.allowsExternal && file.access.tokens == .file("/etc/tokens"))
        #expect(try resolve(["LUMA_READ_ONLY": "true", "LUMA_TOKEN_RATE_LIMIT": "9"]).access.requestsPerMinute == 9)
    }

    @Test func whatIsWrongIsToldWithoutTheToken() throws {
        let text = try problem(["LUMA_AUTH_TOKENS": "a:read:\(Self.token),b:all:secret-secret-secret,c:read:short"])
        #expect(text.contains("LUMA_AUTH_TOKENS") && text.contains("entry 2") && text.contains("entry 3"))
        #expect(!text.contains("secret") && !text.contains("short:") && !text.contains(Self.token))
        let broken = try problem(["LUMA_AUTH_TOKENS": "a:read:\(Self.token)\u{7}"])
        #expect(broken.contains("hidden") && !broken.contains(Self.token))
        #expect(try problem(["LUMA_AUTH_TOKENS": "a:read:luma-key-0123456789abc"]).contains("Luma API key"))
        // One complaint is enough.
        #expect(try !problem(["LUMA_AUTH_TOKENS": "a", "LUMA_HOST": "0.0.0.0"]).contains("LUMA_HOST"))
    }

    @Test func toolsetsOfTheSettingAndOfAFile() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sets-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("sets.json").path
        func words(_ settings: [String: String]) throws -> String {
            let configuration = try resolve(settings)
            do throws(StartFailure) {
                _ = try configuration.tokens()
            } catch {
                #expect(error.kind == .configuration)
                return error.description
            }
            return ""
        }
        let listed = ["LUMA_TOOLSETS": #"{"events": ["list_*"]}"#]
        #expect(try resolve(listed).toolsets()["events"]?.admits("list_events") == true)
        #expect(try words(listed) == "")
        #expect(try problem(["LUMA_TOOLSETS": #"{"events": []}"#]).contains("LUMA_TOOLSETS"))
        #expect(try problem(["LUMA_TOOLSETS": "events"]).contains("a JSON object of toolsets"))
        let named = ["LUMA_TOOLSETS": "@" + file, "LUMA_AUTH_TOKENS": "a:read:\(Self.token):events"]
        #expect(try words(named).contains("does not exist"))
        try Data("{".utf8).write(to: URL(fileURLWithPath: file))
        #expect(try words(named).contains("is not a JSON document"))
        try Data(#"{"sets": {"other": ["x"]}}"#.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try words(named) == "LUMA_AUTH_TOKENS: entry 1 names a toolset that LUMA_TOOLSETS does not have.")
        #expect(try words(["LUMA_AUTH_TOKENS": "a:read:\(Self.token):events"]).contains("entry 1"))
        try Data(#"{"sets": {"events": {"tools": ["list_*"], "deny": ["*s"]}}}"#.utf8).write(
            to: URL(fileURLWithPath: file))
        let configuration = try resolve(named)
        let rules = AccessRules(configuration, tokens: try configuration.tokens())
        func admits(_ name: String) -> Bool? { rules.tokens?.principal(of: Self.token)?.tools.first?.admits(name) }
        #expect(admits("list_x") == true && admits("list_events") == false)
        // Read again, and kept when it cannot be used.
        let log = try LogFile()
        try Data(#"{"events": ["get_*"]}"#.utf8).write(to: URL(fileURLWithPath: file))
        configuration.renew(rules, log.sink)
        #expect(admits("list_x") == false && admits("get_x") == true)
        try Data(#"{"other": ["get_*"]}"#.utf8).write(to: URL(fileURLWithPath: file))
        configuration.renew(rules, log.sink)
        #expect(admits("get_x") == true)
        log.sink.flush()
        #expect(log.text.contains("Toolsets reloaded") && log.text.contains("Cannot reload tokens and toolsets"))
    }

    @Test func theFileOfTokens() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokens-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("tokens").path
        func read() throws(StartFailure) -> [AccessToken] { try TokenFile.read(file, key: nil) }
        func words() throws -> String {
            do throws(StartFailure) {
                _ = try read()
            } catch {
                #expect(error.kind == .configuration)
                return error.description
            }
            return ""
        }
        #expect(try words().contains("does not exist"))
        try Data("# team\na:read:\(Self.token)\nb:admin:\(Self.token)9\n".utf8).write(to: URL(fileURLWithPath: file))
        for mode in [0o600, 0o400, 0o440, 0o640] {
            #expect(chmod(file, mode_t(mode)) == 0)
            #expect(try read().map(\.label) == ["a", "b"], "\(String(mode, radix: 8))")
        }
        for mode in [0o644, 0o660, 0o604, 0o602, 0o601] {
            #expect(chmod(file, mode_t(mode)) == 0)
            #expect(try words().contains("chmod 600"), "\(String(mode, radix: 8))")
        }
        #expect(chmod(file, 0o600) == 0)
        try Data("a:read:\(Self.token)\nb:read:tooshort".utf8).write(to: URL(fileURLWithPath: file))
        #expect(chmod(file, 0o600) == 0)
        let short = try words()
        #expect(short.contains("entry 2") && !short.contains("tooshort") && !short.contains(Self.token))
        #expect(throws: StartFailure.self) { try TokenFile.read(folder.path, key: nil) }
        #expect(mkfifo(file + ".pipe", 0o600) == 0)
        #expect(throws: StartFailure.self) { try TokenFile.read(file + ".pipe", key: nil) }
    }
}
