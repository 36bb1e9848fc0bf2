# looks like: counts under names of your own
# try next: Keep the names that the API gives them: the code that reads the dict knows those.
def usage_of(events):
    usage = {}
    for event in events:
        match event:
            case {"type": "message_start", "message": {"usage": counts}} | {"usage": counts}:
                for name, count in counts.items():
                    if count is not None:
                        usage[name.removesuffix("_tokens")] = count
    return usage
