import Core
import IO
import LumaClient

extension Turn {
    /// Who spends Luma's budget for this request: whose token it came with, else where it comes from.
    func sender(_ priority: Priority) -> Sender {
        let caller =
            admission?.principal.map { CallerKey(label: $0.label) } ?? CallerKey(address: exchange.peerNetwork)
        return Sender(caller, priority)
    }
}
