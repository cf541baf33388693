"""What a browser calls itself, in two words that an officer recognises."""

BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "微信"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def client_name(user_agent: str) -> str:
    """Such as “Chrome · Windows”; what is not known is called so."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "其他浏览器")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "其他系统")
    return f"{browser} · {system}"
