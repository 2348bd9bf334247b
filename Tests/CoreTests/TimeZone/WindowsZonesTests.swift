import Core
import Testing

@Suite struct WindowsZonesTests {
    @Test(arguments: [
        ("W. Europe Standard Time", "Europe/Berlin"), ("Eastern Standard Time", "America/New_York"),
        ("GMT Standard Time", "Europe/London"), ("Tokyo Standard Time", "Asia/Tokyo"), ("UTC", "Etc/UTC"),
    ])
    func aNameOfWindowsIsAZone(_ windows: String, _ iana: String) { #expect(WindowsZones.name(of: windows) == iana) }

    @Test func everyZoneOfTheTableIsInstalled() {
        #expect(WindowsZones.all.count > 130)
        for (windows, iana) in WindowsZones.all {
            #expect((try? ZoneFiles.rules(iana)) != nil, "\(windows): \(iana)")
        }
        #expect(WindowsZones.name(of: "Europe/Berlin") == nil)
    }
}
