/// Is told of every call to Luma as it ends, and of every wait for the budget: what numbers are made of. On the loop.
public protocol CallObserver: AnyObject {
    func called(_ attempt: CallContext.Attempt)
    func waited(seconds: Double)
}
