/**
 * States of countries with several clocks, by the zone in which most of their people live. `CT Connecticut`: a code,
 * and the name; `-` where nobody writes a code.
 */
export const stateZones: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  US: {
    "America/New_York":
      "CT Connecticut, DC District of Columbia, DE Delaware, FL Florida, GA Georgia, IN Indiana, KY Kentucky, MA Massachusetts, MD Maryland, ME Maine, NC North Carolina, NH New Hampshire, NJ New Jersey, NY New York, OH Ohio, PA Pennsylvania, RI Rhode Island, SC South Carolina, VA Virginia, VT Vermont, WV West Virginia, - Washington DC",
    "America/Detroit": "MI Michigan",
    "America/Chicago":
      "AL Alabama, AR Arkansas, IA Iowa, IL Illinois, KS Kansas, LA Louisiana, MN Minnesota, MO Missouri, MS Mississippi, ND North Dakota, NE Nebraska, OK Oklahoma, SD South Dakota, TN Tennessee, TX Texas, WI Wisconsin",
    "America/Denver": "CO Colorado, MT Montana, NM New Mexico, UT Utah, WY Wyoming",
    "America/Boise": "ID Idaho",
    "America/Phoenix": "AZ Arizona",
    "America/Los_Angeles": "CA California, NV Nevada, OR Oregon, WA Washington",
    "America/Anchorage": "AK Alaska",
    "Pacific/Honolulu": "HI Hawaii",
    "America/Puerto_Rico": "PR Puerto Rico, VI Virgin Islands",
    "Pacific/Guam": "GU Guam, MP Northern Mariana Islands",
    "Pacific/Pago_Pago": "AS American Samoa",
  },
  CA: {
    "America/Vancouver": "BC British Columbia",
    "America/Edmonton": "AB Alberta, NT Northwest Territories",
    "America/Regina": "SK Saskatchewan",
    "America/Winnipeg": "MB Manitoba",
    "America/Toronto": "ON Ontario, QC Québec",
    "America/Iqaluit": "NU Nunavut",
    "America/Halifax": "NS Nova Scotia, PE Prince Edward Island",
    "America/Moncton": "NB New Brunswick",
    "America/St_Johns": "NL Newfoundland and Labrador, - Newfoundland",
    "America/Whitehorse": "YT Yukon",
  },
  AU: {
    "Australia/Sydney": "NSW New South Wales, ACT Australian Capital Territory",
    "Australia/Melbourne": "VIC Victoria",
    "Australia/Brisbane": "QLD Queensland",
    "Australia/Adelaide": "SA South Australia",
    "Australia/Darwin": "NT Northern Territory",
    "Australia/Perth": "WA Western Australia",
    "Australia/Hobart": "TAS Tasmania",
  },
  BR: {
    "America/Rio_Branco": "AC Acre",
    "America/Manaus": "AM Amazonas",
    "America/Boa_Vista": "RR Roraima",
    "America/Porto_Velho": "RO Rondônia",
    "America/Cuiaba": "MT Mato Grosso",
    "America/Campo_Grande": "MS Mato Grosso do Sul",
  },
  MX: {
    "America/Tijuana": "BC Baja California, BCN Baja California Norte",
    "America/Mazatlan": "BCS Baja California Sur, SIN Sinaloa, NAY Nayarit",
    "America/Hermosillo": "SON Sonora",
    "America/Cancun": "QROO Quintana Roo, ROO Quintana Roo",
  },
  RU: {
    "Europe/Kaliningrad": "- Kaliningrad",
    "Europe/Moscow":
      "- Moscow, - Moskva, - Saint Petersburg, - St Petersburg, - Sankt-Peterburg, - Leningrad, - Krasnodar, - Rostov, - Tatarstan, - Nizhny Novgorod, - Voronezh, - Stavropol, - Dagestan, - Belgorod, - Tula, - Yaroslavl, - Vladimir, - Tver, - Ryazan, - Kaluga, - Kursk, - Lipetsk, - Bryansk, - Smolensk, - Penza, - Chuvashia, - Vologda, - Arkhangelsk, - Murmansk, - Karelia, - Komi, - Kirov, - Volgograd",
    "Europe/Samara": "- Samara, - Udmurtia",
    "Europe/Saratov": "- Saratov",
    "Europe/Astrakhan": "- Astrakhan",
    "Europe/Ulyanovsk": "- Ulyanovsk",
    "Asia/Yekaterinburg":
      "- Sverdlovsk, - Yekaterinburg, - Chelyabinsk, - Perm, - Tyumen, - Bashkortostan, - Orenburg, - Kurgan, - Khanty-Mansi, - Yamalo-Nenets",
    "Asia/Omsk": "- Omsk",
    "Asia/Novosibirsk": "- Novosibirsk",
    "Asia/Tomsk": "- Tomsk",
    "Asia/Barnaul": "- Altai",
    "Asia/Novokuznetsk": "- Kemerovo",
    "Asia/Krasnoyarsk": "- Krasnoyarsk, - Khakassia, - Tuva",
    "Asia/Irkutsk": "- Irkutsk, - Buryatia",
    "Asia/Chita": "- Zabaykalsky, - Zabaykalye",
    "Asia/Yakutsk": "- Sakha, - Yakutia, - Amur",
    "Asia/Vladivostok": "- Primorsky, - Primorye, - Khabarovsk",
    "Asia/Sakhalin": "- Sakhalin",
    "Asia/Magadan": "- Magadan",
    "Asia/Kamchatka": "- Kamchatka",
    "Asia/Anadyr": "- Chukotka",
  },
  ID: {
    "Asia/Jakarta":
      "- Jakarta, - Banten, - West Java, - Central Java, - East Java, - Yogyakarta, - Aceh, - North Sumatra, - West Sumatra, - South Sumatra, - Riau, - Riau Islands, - Jambi, - Bengkulu, - Lampung, - Bangka Belitung",
    "Asia/Pontianak": "- West Kalimantan, - Central Kalimantan",
    "Asia/Makassar":
      "- Bali, - South Kalimantan, - East Kalimantan, - North Kalimantan, - North Sulawesi, - Central Sulawesi, - South Sulawesi, - Southeast Sulawesi, - West Sulawesi, - Gorontalo, - West Nusa Tenggara, - East Nusa Tenggara",
    "Asia/Jayapura": "- Papua, - West Papua, - Maluku, - North Maluku",
  },
  ES: { "Atlantic/Canary": "- Canarias, - Canary Islands, GC Las Palmas, TF Santa Cruz de Tenerife" },
  PT: { "Atlantic/Azores": "- Açores, - Azores" },
  CL: { "America/Punta_Arenas": "- Magallanes" },
  MN: { "Asia/Hovd": "- Khovd, - Hovd, - Uvs, - Bayan-Ölgii" },
};

/** Countries with several clocks of which about nine people in ten share one. */
export const mainZones: Readonly<Record<string, string>> = {
  BR: "America/Sao_Paulo",
  CL: "America/Santiago",
  CN: "Asia/Shanghai",
  EC: "America/Guayaquil",
  ES: "Europe/Madrid",
  GL: "America/Godthab",
  MN: "Asia/Ulaanbaatar",
  MX: "America/Mexico_City",
  NZ: "Pacific/Auckland",
  PF: "Pacific/Tahiti",
  PG: "Pacific/Port_Moresby",
  PT: "Europe/Lisbon",
  UA: "Europe/Kiev",
};
