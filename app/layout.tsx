import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { ThemeScript } from "#components/shell/theme-script";
import { Toaster } from "#components/ui/toaster";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Postroad", template: "%s · Postroad" },
  description: "Email campaigns that never lose, repeat or misplace a message.",
  robots: { index: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fdfdfd" },
    { media: "(prefers-color-scheme: dark)", color: "#111316" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // The script sets data-theme before React looks at the element.
    <html lang="en" suppressHydrationWarning>
      <head>
        <ThemeScript />
      </head>
      <body>
        {children}
        <Toaster />
      </body>
    </html>
  );
}
