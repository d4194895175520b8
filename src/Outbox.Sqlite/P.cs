namespace Outbox.Sqlite; internal static class Placeholder { }
