import CLinux
import Glibc
import Testing

/// The filters of system calls, followed step by step as the kernel does it.
@Suite struct CallFilterTests {
    private enum Answer: Equatable {
        case allowed
        case refused(Int32)
    }

    #if arch(x86_64)
        private static let architecture: UInt32 = 0xc000_003e
        private static let others: [UInt32] = [0x4000_0003, 0xc000_00b7]
        private static let (clone, clone3, socket, socketpair): (Int32, Int32, Int32, Int32) = (56, 435, 41, 53)
        private static let refused: Set<Int32> = [
            101, 155, 165, 166, 248, 249, 250, 272, 298, 308, 310, 311, 321, 323, 425, 428, 429, 430, 432, 438, 442,
        ]
    #else
        private static let architecture: UInt32 = 0xc000_00b7
        private static let others: [UInt32] = [0x4000_0028, 0xc000_003e]
        private static let (clone, clone3, socket, socketpair): (Int32, Int32, Int32, Int32) = (220, 435, 198, 199)
        private static let refused: Set<Int32> = [
            39, 40, 41, 97, 117, 217, 218, 219, 241, 268, 270, 271, 280, 282, 425, 428, 429, 430, 432, 438, 442,
        ]
    #endif

    /// - Returns: the answer, and the steps to it.
    private func follow(
        _ calls: Int, _ number: Int32, _ arguments: (UInt64, UInt64) = (0, 0),
        from architecture: UInt32 = Self.architecture
    ) throws -> (answer: Answer, steps: Int) {
        let filter = lm_call_filter(Int32(calls)).pointee
        var value: UInt32 = 0
        var place = 0
        for steps in 1...Int(filter.len) {
            try #require(place < Int(filter.len))
            let step = filter.filter[place]
            place += 1
            func jump(_ holds: Bool) { place += Int(holds ? step.jt : step.jf) }
            switch step.code {
            case 0x20:  // struct seccomp_data
                let low = { (argument: UInt64) in UInt32(truncatingIfNeeded: argument) }
                let fields: [UInt32: UInt32] = [
                    0: UInt32(bitPattern: number), 4: architecture, 16: low(arguments.0), 24: low(arguments.1),
                ]
                value = try #require(fields[step.k])
            case 0x54: value &= step.k
            case 0x15: jump(value == step.k)
            case 0x35: jump(value >= step.k)
            case 0x45: jump(value & step.k != 0)
            case 0x06:
                if step.k == 0x7fff_0000 { return (.allowed, steps) }
                try #require(step.k & 0xffff_0000 == 0x0005_0000)
                return (.refused(Int32(step.k & 0xffff)), steps)
            default: try #require(Bool(false), "a step of another kind")
            }
        }
        throw NoAnswer()
    }

    private struct NoAnswer: Error {}

    @Test(arguments: [LM_CALLS_ORDINARY, LM_CALLS_LOCAL, LM_CALLS_ALONE])
    func whatIsNotNamedIsAllowed(calls: Int) throws {
        for number in Int32(0)..<1000 {
            if [Self.clone, Self.socket, Self.socketpair].contains(number) { continue }
            let expected: Answer =
                Self.refused.contains(number)
                ? .refused(EPERM) : number == Self.clone3 ? .refused(ENOSYS) : .allowed
            let (answer, steps) = try follow(calls, number)
            #expect(answer == expected, "\(number)")
            // At each start the kernel asks for all of them.
            #expect(steps <= 13, "\(number)")
        }
    }

    @Test(arguments: [LM_CALLS_ORDINARY, LM_CALLS_LOCAL, LM_CALLS_ALONE])
    func noOtherInstructionSetIsSpoken(calls: Int) throws {
        for architecture in Self.others {
            #expect(try follow(calls, 1, from: architecture).answer == .refused(EPERM))
        }
        // x32, whose numbers have a bit set.
        #expect(try follow(calls, 0x4000_0001).answer == .refused(EPERM))
        #expect(try follow(calls, -1).answer == .refused(EPERM))
    }

    @Test(arguments: [LM_CALLS_ORDINARY, LM_CALLS_LOCAL, LM_CALLS_ALONE])
    func noNamespaceIsMade(calls: Int) throws {
        // A thread, a fork, and both with the upper half of the argument.
        for flags: UInt64 in [0x003d_0f00, 0x0120_0011, 0xffff_ffff_0120_0011] {
            #expect(try follow(calls, Self.clone, (flags, 0)).answer == .allowed)
        }
        for space: UInt64 in [
            0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
        ] {
            #expect(try follow(calls, Self.clone, (space | 0x11, 0)).answer == .refused(EPERM))
        }
    }

    @Test func socketsAreForWhoeverHasThem() throws {
        let (unix, internet, netlink): (UInt64, UInt64, UInt64) = (1, 2, 16)
        let (stream, datagram, raw, packet, flags): (UInt64, UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 5, 0x80800)
        for domain in [unix, internet, netlink] {
            for call in [Self.socket, Self.socketpair] {
                #expect(try follow(LM_CALLS_ORDINARY, call, (domain, stream)).answer == .allowed)
                let near: Answer = domain == unix ? .allowed : .refused(EPERM)
                #expect(try follow(LM_CALLS_LOCAL, call, (domain, datagram)).answer == near)
            }
            let alone: Answer = .refused(domain == unix ? EACCES : EPERM)
            #expect(try follow(LM_CALLS_ALONE, Self.socket, (domain, stream)).answer == alone)
        }
        for kind in [stream, packet, stream | flags] {
            #expect(try follow(LM_CALLS_ALONE, Self.socketpair, (unix, kind)).answer == .allowed)
        }
        for kind in [datagram, raw, datagram | flags] {
            #expect(try follow(LM_CALLS_ALONE, Self.socketpair, (unix, kind)).answer == .refused(EACCES))
        }
        #expect(try follow(LM_CALLS_ALONE, Self.socketpair, (internet, stream)).answer == .refused(EPERM))
        // The kernel takes the lower half of the domain, whatever is above it.
        #expect(try follow(LM_CALLS_ALONE, Self.socket, (1 << 32 | internet, stream)).answer == .refused(EPERM))
    }
}
