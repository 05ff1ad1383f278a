"use client";
import { useCallback, useState } from "react";
import { cn } from "#components/ui/cn";

/** Pixels that a screen has for a mail. A computer's has as many as the page does, yet never as few as a phone's. */
const screens = { computer: null, tablet: 768, phone: 375 };
export type Screen = keyof typeof screens;
const computerMin = 640;
const height = 448;

type Props = { title: string; html: string; screen: Screen; dark: boolean; stale: boolean };

/** A mail laid out for a screen, and made smaller as a whole where the page has less room. Nothing in it can run or reach the page. */
export function FittedFrame({ title, html, screen, dark, stale }: Props) {
  const [room, setRoom] = useState(0);
  const measure = useCallback((place: HTMLDivElement) => {
    const observer = new ResizeObserver(([entry]) => setRoom(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  const width = screens[screen] ?? Math.max(room, computerMin);
  const scale = room > 0 ? Math.min(1, room / width) : 1;
  return (
    <div ref={measure} className="overflow-hidden" style={{ height }}>
      <div className="mx-auto" style={{ width: width * scale }}>
        <iframe
          title={title}
          sandbox=""
          srcDoc={html}
          style={{
            ...{ width, height: height / scale, transform: `scale(${scale})` },
            colorScheme: dark ? "dark" : "light",
          }}
          className={cn(
            "block max-w-none origin-top-left rounded-md border",
            dark ? "bg-black" : "bg-white",
            stale && "opacity-60",
          )}
        />
      </div>
    </div>
  );
}
