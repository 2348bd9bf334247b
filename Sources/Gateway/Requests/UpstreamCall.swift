import Core
import LumaClient

/// One request's dealings with Luma: until when they may last, and what they cost.
struct UpstreamCall {
    let deadline: MonotonicTime
    let context: CallContext
}
