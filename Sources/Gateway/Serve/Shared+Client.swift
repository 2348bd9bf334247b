import HTTP
import IO
import LumaClient

extension Shared {
    func makeClient(transport: any Transport, clock: LoopClock) -> LumaClient {
        LumaClient(base: upstream, key: key, transport: transport)
    }
}
extension BudgetSettings { init(_ r: Configuration.RateLimit) { self.init() } }
