"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme, type Theme } from "#components/shell/use-theme";
import { RadioCards } from "#components/ui/radio-cards";
import { Section } from "#components/ui/section";

export function ThemeChoice() {
  const [theme, setTheme] = useTheme();
  return (
    <Section title="Theme" description="For this browser.">
      <RadioCards
        name="theme"
        legend="Theme"
        hideLegend
        value={theme}
        onChange={(value) => setTheme(value as Theme)}
        className="sm:grid-cols-3"
        options={[
          { value: "system", label: "System", icon: <Monitor />, hint: "As this device is set." },
          { value: "light", label: "Light", icon: <Sun />, hint: "Always." },
          { value: "dark", label: "Dark", icon: <Moon />, hint: "Always." },
        ]}
      />
    </Section>
  );
}
