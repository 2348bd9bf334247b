/// The settings of tools that come from outside: plugins, services and other MCP servers.
extension SettingTable {
    /// Those that `luma-mcp plugins` takes.
    package static let plugins: [SettingRow] = [
        SettingRow(
            .pluginsDirectory, .path, note: "none; no plugins", placeholder: "DIR", group: .plugins,
            "Directory whose programs become tools; MCP_PLUGINS_DIR is read as well."),
        SettingRow(
            .pluginsFile, .path, note: "plugins.json in that directory", placeholder: "FILE", group: .plugins,
            "What each plugin is granted beyond the minimum: secrets, network, directories, time; reread when it changes."
        ),
        SettingRow(
            .pluginsPython, .path, default: "/usr/bin/python3", placeholder: "FILE", group: .plugins,
            "Python interpreter for plugins whose cli.py is not executable."),
        SettingRow(
            .pluginsStrict, .boolean, default: "true", group: .plugins,
            "Refuse plugins that other users of the machine could change; use false only for development."),
    ]

    /// Those that `luma-mcp forwarders` takes.
    package static let forwarders: [SettingRow] = [
        SettingRow(
            .forwardersDirectory, .path, note: "none; only the services below", placeholder: "DIR", group: .forwarders,
            "Directory with documents that describe services, whose operations become tools; reread on SIGHUP."),
        SettingRow(
            .gitHubToken, .secret, note: "none; no tools for GitHub", placeholder: "TOKEN", group: .forwarders,
            "Token for GitHub; enables tools for branches, files, pull requests, issues and workflows."),
        SettingRow(
            .gitHubURL, .address, note: "https://api.github.com", placeholder: "URL", group: .forwarders,
            "URL of GitHub's API, for GitHub Enterprise."),
        SettingRow(
            .lunaURL, .address, note: "none; no tools for Luna", placeholder: "URL", group: .forwarders,
            "URL of a Luna service; enables tools for code, speech and images."),
        SettingRow(
            .lumenoreURL, .address, note: "none; no tools for Lumenore", placeholder: "URL", group: .forwarders,
            "URL of Lumenore, such as https://preview.lumenore.com; with client id and secret it enables tools for analyses."
        ),
        SettingRow(
            .lumenoreClient, .secret, note: "none", placeholder: "ID", group: .forwarders,
            "Client id for Lumenore."),
        SettingRow(
            .lumenoreSecret, .secret, note: "none", placeholder: "SECRET", group: .forwarders,
            "Client secret for Lumenore."),
        SettingRow(
            .lunaEndpoint, .boolean, default: "false", group: .forwarders,
            "Answer JSON-RPC calls on /mcp whose method is the name of a tool, and GET /healthz, for clients of a Luna server."
        ),
    ]

    /// Those of `luma-mcp upstreams` that are no others' as well.
    package static let upstreams: [SettingRow] = [
        SettingRow(
            .upstreamsFile, .path, note: "none; no other MCP servers", placeholder: "FILE", group: .upstreams,
            "File of MCP servers whose tools are offered here, too; reread on SIGHUP.")
    ]

    /// Those that `luma-mcp upstreams` takes: what was approved lies in the directory for state.
    package static let upstreamsCommand = upstreams + memory.filter { $0.setting == .dataDirectory }
}
