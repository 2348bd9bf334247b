import MCP
import Settings

extension ToolBox {
    /// A dispatcher of one loop with everything registered.
    static func dispatcher(_ worker: Worker, _ shared: Shared) -> Dispatcher {
        let dispatcher = dispatcher(
            worker.operations,
            Parts(
                health: ToolHealth(
                    worker.health, account: shared.account, firstCheck: shared.firstCheck, reactor: worker.reactor),
                seal: shared.mcp.seal, catalog: shared.templates, zones: shared.zones,
                asksByFormOnly: shared.configuration.access.asksByFormOnly),
            rounds: shared.mcp.rounds)
        dispatcher.auditor = worker
        dispatcher.changesNothing = shared.access.readOnly
        return dispatcher
    }
}
