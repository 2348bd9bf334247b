import Glibc
import Testing

@testable import IO

@Suite struct SignalsTests {
    @Test func eachSignalArrivesInTheStreamAndEndsNothing() async {
        let signals = Signals([SIGUSR1, SIGUSR2])
        var seen: [Int32] = []
        kill(getpid(), SIGUSR2)
        for await number in signals.stream {
            seen.append(number)
            if number == SIGUSR1 { break }
            kill(getpid(), SIGUSR1)
        }
        #expect(seen == [SIGUSR2, SIGUSR1])
        // A second reader goes on where the first stopped, as the wait for a second SIGTERM does.
        kill(getpid(), SIGUSR2)
        for await number in signals.stream {
            #expect(number == SIGUSR2)
            break
        }
    }
}
