/// What people call a time zone that has another name in the IANA database: the well-known cities without a zone of their own,
/// and the names that are spoken. Cities that a zone is named after need no entry.
public enum ZoneAliases {
    /// All of them: the zone by what people call it, in the form of `PlainText.words`.
    public static var all: [String: String] { table }

    /// The zone of such a name, in the form of `PlainText.words`.
    static func zone(_ words: String) -> String? { table[words] }

    private static let table: [String: String] = {
        var table: [String: String] = [:]
        for line in (spoken + "\n" + cities).split(separator: "\n") {
            let sides = line.split(separator: ":", maxSplits: 1)
            guard sides.count == 2 else { continue }
            for name in sides[1].split(separator: ",") {
                table[name.drop { $0 == " " }.description] = String(sides[0])
            }
        }
        return table
    }()

    /// Abbreviations stand here only where one meaning is by far the usual one.
    private static let spoken = """
        America/New_York:eastern time, eastern, eastern standard time, eastern daylight time, us eastern, et, edt
        America/Chicago:central time, central standard time, central daylight time, us central, ct, cdt
        America/Denver:mountain time, mountain, mountain standard time, mountain daylight time, us mountain, mdt
        America/Los_Angeles:pacific time, pacific, pacific standard time, pacific daylight time, us pacific, pt, pst, pdt
        America/Anchorage:alaska time, alaska, akst, akdt
        Pacific/Honolulu:hawaii time, hawaii
        America/Halifax:atlantic time
        America/St_Johns:newfoundland time, newfoundland
        Europe/London:uk time, british time, british summer time, uk, england, great britain, scotland, wales
        Europe/Berlin:central european time, central european summer time, cest, german time, germany, deutschland, mez, mesz
        Europe/Helsinki:eastern european time, eest
        Europe/Lisbon:western european time, west
        Europe/Moscow:moscow time, msk
        Europe/Paris:france
        Europe/Madrid:spain
        Europe/Rome:italy
        Europe/Vienna:austria
        Europe/Zurich:switzerland
        Europe/Amsterdam:netherlands, holland
        Europe/Brussels:belgium
        Europe/Stockholm:sweden
        Europe/Oslo:norway
        Europe/Copenhagen:denmark
        Europe/Helsinki:finland
        Europe/Warsaw:poland
        Europe/Athens:greece
        Europe/Dublin:ireland
        Asia/Kolkata:india, india standard time, ist, indian standard time
        Asia/Tokyo:japan time, japan standard time, jst
        Asia/Seoul:korea, south korea, korea standard time, kst
        Asia/Shanghai:china, china time, china standard time
        Asia/Singapore:singapore time, sgt
        Asia/Hong_Kong:hong kong time, hkt
        Asia/Dubai:gulf time, gulf standard time, uae
        Asia/Jerusalem:israel time
        Australia/Sydney:australian eastern time, aest, aedt
        Australia/Perth:australian western time, awst
        Australia/Adelaide:australian central time, acst, acdt
        Pacific/Auckland:new zealand time, nzst, nzdt
        America/Sao_Paulo:brasilia time, brt
        America/Argentina/Buenos_Aires:argentina
        Africa/Johannesburg:south africa, sast
        Africa/Nairobi:east africa time, eat
        Africa/Lagos:nigeria
        UTC:z, zulu, coordinated universal time, greenwich mean time, universal time
        """

    private static let cities = """
        Europe/Berlin:munich, munchen, muenchen, hamburg, cologne, koln, koeln, frankfurt, stuttgart, dusseldorf, dusseldorf, duesseldorf, leipzig, dresden, hannover, hanover, nuremberg, nurnberg, nuernberg, bremen, essen, dortmund, karlsruhe, freiburg, mannheim, bonn, heidelberg, potsdam
        Europe/Zurich:zuerich, geneva, geneve, genf, basel, bern, lausanne
        Europe/Vienna:wien, graz, salzburg, linz, innsbruck
        Europe/Paris:lyon, marseille, toulouse, nice, bordeaux, lille, nantes, strasbourg, strassburg, montpellier
        Europe/London:manchester, birmingham, edinburgh, glasgow, bristol, leeds, liverpool, cambridge, oxford, cardiff, belfast, brighton
        Europe/Madrid:barcelona, valencia, seville, sevilla, bilbao, malaga, zaragoza
        Europe/Lisbon:lisboa, porto
        Europe/Rome:roma, milan, milano, naples, napoli, turin, torino, florence, firenze, bologna, venice, venezia
        Europe/Amsterdam:rotterdam, the hague, den haag, utrecht, eindhoven
        Europe/Brussels:antwerp, antwerpen, ghent, gent, bruxelles, brussel
        Europe/Copenhagen:kobenhavn, aarhus
        Europe/Stockholm:gothenburg, goteborg, malmo
        Europe/Oslo:bergen
        Europe/Helsinki:tampere, espoo
        Europe/Warsaw:warszawa, krakow, cracow, wroclaw, gdansk, poznan
        Europe/Prague:praha, brno
        Europe/Bucharest:cluj, bucuresti
        Europe/Kyiv:lviv, odesa, kharkiv
        Europe/Moscow:saint petersburg, st petersburg
        Europe/Istanbul:ankara, izmir, turkey
        America/New_York:nyc, boston, washington, washington dc, philadelphia, atlanta, miami, pittsburgh, charlotte, raleigh, orlando, tampa, cleveland, columbus, cincinnati, baltimore, brooklyn, manhattan, buffalo
        America/Chicago:dallas, houston, austin, san antonio, minneapolis, st louis, saint louis, milwaukee, kansas city, new orleans, nashville, memphis
        America/Denver:salt lake city, albuquerque, boulder, colorado springs
        America/Phoenix:arizona, tucson
        America/Los_Angeles:san francisco, sf, bay area, silicon valley, palo alto, mountain view, oakland, berkeley, san jose ca, san diego, seattle, portland, las vegas, sacramento, la, california, santa monica
        America/Toronto:ottawa, montreal, quebec
        America/Vancouver:victoria bc
        America/Edmonton:calgary
        America/Mexico_City:guadalajara, mexico
        America/Sao_Paulo:rio de janeiro, rio, brasilia, belo horizonte, curitiba, porto alegre
        America/Bogota:medellin, cali, colombia
        America/Lima:peru
        America/Santiago:chile
        Asia/Kolkata:mumbai, bombay, delhi, new delhi, bangalore, bengaluru, chennai, madras, hyderabad, pune, ahmedabad, calcutta, goa, gurgaon, noida, jaipur
        Asia/Shanghai:beijing, peking, shenzhen, guangzhou, hangzhou, chengdu, wuhan, nanjing
        Asia/Tokyo:osaka, kyoto, nagoya, yokohama, fukuoka, sapporo
        Asia/Seoul:busan
        Asia/Ho_Chi_Minh:saigon, hanoi, da nang, vietnam
        Asia/Jakarta:bandung
        Asia/Makassar:bali, denpasar
        Asia/Bangkok:chiang mai, phuket, thailand
        Asia/Manila:cebu, philippines
        Asia/Kuala_Lumpur:kl, penang, malaysia
        Asia/Karachi:lahore, islamabad, pakistan
        Asia/Dubai:abu dhabi
        Asia/Riyadh:jeddah, saudi arabia
        Asia/Jerusalem:tel aviv
        Africa/Johannesburg:cape town, durban, pretoria
        Africa/Lagos:abuja
        Africa/Casablanca:marrakech, marrakesh, rabat, morocco
        Africa/Cairo:alexandria, egypt
        Australia/Sydney:canberra
        Australia/Brisbane:gold coast, queensland
        Pacific/Auckland:wellington, christchurch, new zealand
        """

    /// The zone of a fixed offset that is written as `UTC+2`, `GMT-5` or `+02:00`: the names of such zones count the other way round.
    /// Nil for an offset that is no whole hour or that no place has.
    static func fixed(_ text: String) -> String? {
        var rest = text.uppercased().filter { $0 != " " }[...]
        for prefix in ["UTC", "GMT"] where rest.hasPrefix(prefix) { rest = rest.dropFirst(3) }
        guard let sign = rest.first, sign == "+" || sign == "-" else { return nil }
        let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...2).contains(parts[0].utf8.count), let hours = Int(parts[0]),
            parts.count == 1 || parts[1] == "00"
        else { return nil }
        if hours == 0 { return "UTC" }
        guard hours <= (sign == "+" ? 14 : 12) else { return nil }
        return "Etc/GMT" + (sign == "+" ? "-" : "+") + String(hours)
    }
}
