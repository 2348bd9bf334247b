import Core

extension DefinitionCleaner {
    /// The definition of a plugin's command, as its operator's grants leave it.
    /// - Parameter plugin: the plugin's name, which stands before the command's.
    /// - Throws: why the command cannot be offered.
    public func clean(
        _ command: PluginCommand, plugin: String, policy: PluginPolicy.Command
    ) throws(RefusedDefinition) -> Cleaned {
        let outside = OutsideDefinition(
            name: command.name, title: command.title, description: command.description, input: .object(command.input),
            output: command.output.map { .object($0) })
        return try clean(outside, source: plugin, hints: policy.hints, scope: policy.scope.needed)
    }
}

extension AccessScope {
    /// What a principal needs, which is this scope alone: whoever has a higher one was granted the lower ones, too.
    fileprivate var needed: Principal.Scopes {
        switch self {
        case .read: .read
        case .write: .write
        case .admin: .admin
        }
    }
}
