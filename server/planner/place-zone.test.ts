import { expect, test } from "vitest";
import { placeZone } from "./place-zone.ts";
import { mainZones, stateZones } from "./state-zones.ts";
import { isZone } from "./zone.ts";

const zoneOf = (country: string, state = "") => {
  const found = placeZone(country, state);
  return found && `${found.zone} by ${found.by}`;
};

test("a country with one clock says where somebody is, in whatever language its name is written", () => {
  const germany = "Europe/Berlin by country";
  for (const name of ["Germany", "DE", "de", " Deutschland ", "Allemagne", "DEU", "Alemania"])
    expect(zoneOf(name), name).toBe(germany);
  expect(zoneOf("United Kingdom")).toBe("Europe/London by country");
  expect(zoneOf("Österreich")).toBe("Europe/Vienna by country");
  expect(zoneOf("India", "Kerala")).toMatch(/^Asia\/(Kolkata|Calcutta) by country$/);
  expect(zoneOf("Argentina")).not.toBeNull();
  expect(zoneOf("Spain", "Madrid")).toBe("Europe/Madrid by country");
});

test("where a country keeps several clocks its state says it, and without one nothing does", () => {
  expect(zoneOf("United States")).toBeNull();
  expect(zoneOf("USA", "CA")).toBe("America/Los_Angeles by state");
  expect(zoneOf("us", "new york")).toBe("America/New_York by state");
  expect(zoneOf("Canada", "Quebec")).toBe("America/Toronto by state");
  expect(zoneOf("Australia", "WA")).toBe("Australia/Perth by state");
  expect(zoneOf("Brasil", "AM")).toBe("America/Manaus by state");
  expect(zoneOf("Brazil", "São Paulo")).toBe("America/Sao_Paulo by country");
  expect(zoneOf("Mexico", "Baja California Sur")).toBe("America/Mazatlan by state");
  expect(zoneOf("Russia", "Novosibirsk Oblast")).toBe("Asia/Novosibirsk by state");
  expect(zoneOf("Russia")).toBeNull();
  expect(zoneOf("Indonesia", "Bali")).toBe("Asia/Makassar by state");
  expect(zoneOf("Spain", "Canarias")).toBe("Atlantic/Canary by state");
});

test("what is no country is nowhere", () => {
  for (const name of ["", "Atlantis", "??", "Europe", "United Nations"])
    expect(zoneOf(name, "CA"), name).toBeNull();
});

test("every zone that is told is an IANA one, for every country and state", () => {
  const shown = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const codes = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].flatMap((first) =>
    [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((second) => first + second),
  );
  const found = codes.flatMap((code) => placeZone(shown.of(code) ?? code, "") ?? []);
  expect(found.length).toBeGreaterThan(220);
  const all = [
    ...found.map(({ zone }) => zone),
    ...Object.values(mainZones),
    ...Object.values(stateZones).flatMap(Object.keys),
  ];
  expect(all.filter((zone) => !isZone(zone))).toEqual([]);
  for (const [code, ofCountry] of Object.entries(stateZones))
    for (const [zone, list] of Object.entries(ofCountry))
      for (const entry of list.split(", "))
        expect(placeZone(code, entry.replace(/^\S+ /, ""))?.zone, entry).toBe(zone);
});
