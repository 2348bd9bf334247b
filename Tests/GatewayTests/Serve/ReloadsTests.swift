import GatewayAPI
import Testing

@testable import Gateway

@Suite struct ReloadsTests {
    /// A supervisor must not hear that the program is ready after it has heard that it stops.
    @Test func whatIsUnderWayAtTheEndSeesIt() async {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (seen, tell) = AsyncStream<Bool>.makeStream()
        let reloads = Reloads {
            begin.finish()
            try? await Task.sleep(for: .seconds(3600))
            tell.yield(Task.isCancelled)
            tell.finish()
        }
        reloads.wish()
        for await _ in begun {}
        reloads.end()
        for await isCancelled in seen { #expect(isCancelled) }
    }
}
