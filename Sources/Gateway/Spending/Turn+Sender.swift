import IO
import LumaClient

extension Turn {
    /// Who spends Luma's budget for this request: where it comes from.
    func sender(_ priority: Priority) -> Sender { Sender(CallerKey(address: exchange.peerNetwork), priority) }
}
