import {
  Ban,
  ChartLine,
  FileDown,
  FileUp,
  House,
  LayoutTemplate,
  List,
  ListFilter,
  ListTodo,
  type LucideIcon,
  MailCheck,
  Megaphone,
  Settings,
  Users,
} from "lucide-react";

export type Place = { label: string; path: string; icon: LucideIcon; key: string };

/** The pages of the sidebar; `key` follows g to go there. */
export const places: { heading?: string; places: Place[] }[] = [
  {
    places: [
      { label: "Home", path: "", icon: House, key: "h" },
      { label: "Campaigns", path: "/campaigns", icon: Megaphone, key: "c" },
      { label: "Drafts", path: "/drafts", icon: MailCheck, key: "d" },
      { label: "Templates", path: "/templates", icon: LayoutTemplate, key: "t" },
      { label: "Analytics", path: "/analytics", icon: ChartLine, key: "n" },
      { label: "Tasks", path: "/tasks", icon: ListTodo, key: "k" },
    ],
  },
  {
    heading: "Audience",
    places: [
      { label: "Contacts", path: "/contacts", icon: Users, key: "p" },
      { label: "Lists", path: "/lists", icon: List, key: "l" },
      { label: "Segments", path: "/segments", icon: ListFilter, key: "s" },
      { label: "Imports", path: "/imports", icon: FileUp, key: "i" },
      { label: "Exports", path: "/exports", icon: FileDown, key: "e" },
      { label: "Suppressions", path: "/suppressions", icon: Ban, key: "x" },
    ],
  },
  { heading: "Workspace", places: [{ label: "Settings", path: "/settings", icon: Settings, key: "," }] },
];

export const allPlaces: Place[] = places.flatMap((group) => group.places);
