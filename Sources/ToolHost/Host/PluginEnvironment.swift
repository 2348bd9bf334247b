package import Core
import IO
import ToolSources

/// The environment of plugins and of MCP servers that are started here, built from nothing.
enum PluginEnvironment {
    /// What every program has of it, whatever it is: harmless names.
    static let common = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "dumb", "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1",
    ]
    /// How a way to the network is told; lowercase as well, which is what curl reads.
    private static let proxies = [
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
    ]

    /// What names the directory of the run, where it may write.
    static let directory = ["HOME", "TMPDIR"]

    static func base(_ plugin: FoundPlugin) -> [String: String] { common.merging(own(plugin)) { $1 } }

    /// What the gateway says of a plugin.
    static func own(_ plugin: FoundPlugin) -> [String: String] {
        ["LUMA_PLUGIN": plugin.name, "LUMA_PLUGIN_DIR": plugin.folder]
    }

    /// The same while it is asked what it does: wide lines, no colours, no secrets.
    static func describing(_ plugin: FoundPlugin) -> [String: String] {
        base(plugin).merging(["COLUMNS": "1000", "PYTHON_COLORS": "0"]) { $1 }
    }

    /// The variables of the gateway's own environment by which programs find the network, for a plugin that may use it.
    static func proxies(of gateway: [String: String]) -> [String: String] {
        gateway.filter { proxies.contains($0.key) }
    }
}

/// Where the secrets come from that an operator's file names: a credential of systemd's, a file, or a variable.
package struct SecretSource: Sendable {
    private static let maxBytes = 32 << 10

    private let find: @Sendable (String) -> Secret?

    /// - Parameter environment: the gateway's own.
    package init(environment: [String: String]) {
        self.init { name in
            if let folder = environment["CREDENTIALS_DIRECTORY"], let secret = Self.file(folder + "/" + name) {
                return secret
            }
            if let path = environment[name + "_FILE"], let secret = Self.file(path) { return secret }
            return environment[name].flatMap { $0.isEmpty ? nil : Secret($0) }
        }
    }

    /// - Parameter find: gives the secret of a name; may block its thread.
    init(_ find: @escaping @Sendable (String) -> Secret?) { self.find = find }

    /// The secret of a name, without the line end of its file; nil when it is nowhere. Blocks its thread: never on a loop.
    package func secret(_ name: String) -> Secret? { find(name) }

    private static func file(_ path: String) -> Secret? {
        guard var text = (try? SmallFile.readPrivate(path, limit: maxBytes)) ?? nil else { return nil }
        while text.last == "\n" || text.last == "\r\n" || text.last == "\r" { text.removeLast() }
        return text.isEmpty || text.utf8.contains(0) ? nil : Secret(text)
    }
}

/// The variables that an operator grants to one plugin, found.
struct GrantedVariables: Sendable {
    private(set) var values: [String: String] = [:]
    /// Takes what is secret of them out of texts.
    let redactor: Redactor
    /// What is granted and is not there, in words for the operator.
    private(set) var missing: [String] = []

    init(_ variables: [PluginGrants.Variable], environment: [String: String], secrets: SecretSource) {
        var known: [Secret] = []
        for variable in variables {
            switch variable.source {
            case .literal(let text): values[variable.name] = text
            case .environment(let name, let fallback):
                if let text = environment[name] ?? fallback {
                    values[variable.name] = text
                } else {
                    missing.append("\(name) is not set in the gateway's environment (env)")
                }
            case .secret(let name):
                if let secret = secrets.secret(name) {
                    values[variable.name] = secret.reveal()
                    known.append(secret)
                } else {
                    missing.append("the secret \(name) is not set (env)")
                }
            }
        }
        redactor = Redactor(known)
    }
}
