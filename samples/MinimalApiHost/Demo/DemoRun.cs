namespace MinimalApiHost.Demo;
internal static class DemoRun { public static Task<int> PlayAsync(bool verbose) => Task.FromResult(verbose ? 1 : 0); }
