import Testing

/// Several gateways on one folder, each with more demand than Luma grants to all of them.
@Suite struct FleetBudgetTests {
    /// Four that come one after the other, the second before the first has an answer.
    private static func four(_ fleet: FleetSimulation) -> [Int] { [0, 0.05, 0.4, 7].map { fleet.start(at: $0) } }

    @Test(arguments: [UInt64(1), 2, 3])
    func togetherTheyUseAllThatLumaGrantsAndAreNeverRefused(seed: UInt64) {
        let fleet = FleetSimulation(seed: seed)
        _ = Self.four(fleet)
        fleet.run(callers: 8, seconds: 190)
        #expect(fleet.refused == 0)
        #expect(fleet.windows == 4)
        #expect(Double(fleet.granted) >= 0.97 * Double(fleet.limit * fleet.windows), "\(fleet.granted)")
    }

    @Test(arguments: [10, 57])
    func aSmallBudgetIsSharedToo(limit: Int) {
        let fleet = FleetSimulation(limit: limit, seed: 11)
        _ = Self.four(fleet)
        fleet.run(callers: 8, seconds: 130)
        #expect(fleet.refused == 0)
        #expect(fleet.granted >= limit * (fleet.windows - 1))
    }

    /// A simulation that could not fail would prove nothing.
    @Test(arguments: [FleetSimulation.Missing.count, .sharing])
    func withoutTheGuardLumaHasToRefuse(missing: FleetSimulation.Missing) {
        let refused = ([1, 2] as [UInt64]).map { seed in
            let fleet = FleetSimulation(seed: seed, missing: missing)
            _ = Self.four(fleet)
            fleet.run(callers: 8, seconds: 130)
            return fleet.refused
        }
        #expect(refused.contains { $0 > 0 })
    }

    /// What a dead one held is lost for its window; another one comes in its place.
    @Test(arguments: [UInt64(21), 22])
    func aDeadGatewayStrandsABlockOfOneWindow(seed: UInt64) {
        let fleet = FleetSimulation(seed: seed)
        let lives = Self.four(fleet)
        // In the middle of bursts and between them.
        let deaths = [(lives[1], 0.9), (lives[0], 62.5), (lives[2], 90), (lives[3], 122.2)]
        for (life, time) in deaths {
            fleet.kill(life, at: time)
            _ = fleet.start(at: time + 0.5)
        }
        fleet.run(callers: 8, seconds: 190)
        #expect(fleet.refused == 0)
        let least = fleet.limit * fleet.windows - 25 * deaths.count
        #expect(fleet.granted >= least - fleet.limit * 3 / 100, "\(fleet.granted)")
    }

    @Test(arguments: [UInt64(31), 32])
    func oneThatEndsLeavesAllToTheOthers(seed: UInt64) {
        let fleet = FleetSimulation(seed: seed)
        let lives = Self.four(fleet)
        for (index, life) in lives.enumerated() { fleet.end(life, at: 61 + Double(index) * 30.4) }
        // The last one is alone, until one comes again.
        _ = fleet.start(at: 130)
        _ = fleet.start(at: 200.3)
        fleet.run(callers: 8, seconds: 250)
        #expect(fleet.refused == 0)
        #expect(Double(fleet.granted) >= 0.97 * Double(fleet.limit * (fleet.windows - 1)), "\(fleet.granted)")
    }

    /// Without the store each takes half of an equal share, and nobody is refused when it is back.
    @Test(arguments: [UInt64(41), 42])
    func whenTheStoreFailsTheyGoOnWithLess(seed: UInt64) {
        let fleet = FleetSimulation(seed: seed, outage: 70...190)
        _ = Self.four(fleet)
        fleet.run(callers: 8, seconds: 260)
        #expect(fleet.failures > 0)
        #expect(fleet.refused == 0)
        // Of five windows two have half of it.
        #expect(fleet.granted >= fleet.limit * (fleet.windows - 3), "\(fleet.granted) of \(fleet.windows)")
        #expect(fleet.granted < fleet.limit * fleet.windows)
    }
}
