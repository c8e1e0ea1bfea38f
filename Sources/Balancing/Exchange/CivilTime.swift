import Basics

/// A second since 1970 as a calendar has it, in UTC.
struct CivilTime {
    let year: Int
    /// From 1.
    let month: Int
    let day: Int
    /// From Sunday, 0.
    let weekday: Int
    let hour: Int
    let minute: Int
    let second: Int

    init(_ time: UInt64) {
        let days = Int(time / 86400)
        // Howard Hinnant's civil_from_days: years begin in March, so that the leap day is the last.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        // 1970-01-01 was a Thursday.
        weekday = (days + 4) % 7
        let rest = Int(time % 86400)
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
    }

    /// The month's name, of three letters.
    var monthName: StaticString {
        switch month {
        case 1: "Jan"
        case 2: "Feb"
        case 3: "Mar"
        case 4: "Apr"
        case 5: "May"
        case 6: "Jun"
        case 7: "Jul"
        case 8: "Aug"
        case 9: "Sep"
        case 10: "Oct"
        case 11: "Nov"
        default: "Dec"
        }
    }

    /// The day's name, of three letters.
    var weekdayName: StaticString {
        switch weekday {
        case 0: "Sun"
        case 1: "Mon"
        case 2: "Tue"
        case 3: "Wed"
        case 4: "Thu"
        case 5: "Fri"
        default: "Sat"
        }
    }
}

extension InlineText {
    /// Adds a number in two digits.
    mutating func append(two number: Int) {
        append(UInt8(48 + number / 10 % 10))
        append(UInt8(48 + number % 10))
    }

    /// Adds a number in four digits.
    mutating func append(four number: Int) {
        append(two: number / 100)
        append(two: number % 100)
    }
}
